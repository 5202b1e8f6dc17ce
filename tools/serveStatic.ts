// A small static server for the built app on this machine: files of folders, compressed where that helps, byte ranges, and some
// JSON made on request.
import { createReadStream, readFileSync, type Stats, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

interface FileType {
  readonly contentType: string;
  /**
   * Worth compressing. Data is not even where it is text: the app shows how much of it has arrived and asks for its length
   * beforehand, and both would be those of the compressed bytes.
   */
  readonly compressed?: boolean;
}

const types: Readonly<Record<string, FileType>> = {
  '.html': { contentType: 'text/html; charset=utf-8', compressed: true },
  '.js': { contentType: 'text/javascript; charset=utf-8', compressed: true },
  '.mjs': { contentType: 'text/javascript; charset=utf-8', compressed: true },
  '.css': { contentType: 'text/css; charset=utf-8', compressed: true },
  '.svg': { contentType: 'image/svg+xml', compressed: true },
  '.webmanifest': { contentType: 'application/manifest+json', compressed: true },
  '.wasm': { contentType: 'application/wasm', compressed: true },
  '.json': { contentType: 'application/json; charset=utf-8' },
  '.jsonl': { contentType: 'application/x-ndjson; charset=utf-8' },
  '.png': { contentType: 'image/png' },
};

export interface ServeParameters {
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** URL prefix to folder; the longest prefix wins. */
  readonly folders: Readonly<Record<string, string>>;
  /** URL path to a function that makes its JSON. */
  readonly json: Readonly<Record<string, () => unknown>>;
}

function fileOf(folders: ServeParameters['folders'], pathname: string): string | undefined {
  const prefix = Object.keys(folders)
    .filter((candidate) => pathname.startsWith(candidate))
    .sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return undefined;
  const folder = folders[prefix] as string;
  const rest = pathname.slice(prefix.length);
  const file = path.join(folder, rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest);
  return path.relative(folder, file).startsWith('..') ? undefined : file;
}

/** The bytes asked for by a single-range `Range` header, or undefined when there is none that can be met. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = header?.match(/^bytes=(\d*)-(\d*)$/);
  if (match === null || match === undefined) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? size - Number(last) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start >= 0 && start <= end ? { start, end } : undefined;
}

type Encoding = 'br' | 'gzip';

/** The best encoding that both the client and this server support. */
function encodingOf(header: string | undefined): Encoding | undefined {
  const taken = (header ?? '')
    .split(',')
    .map((part) => part.trim().split(/\s*;\s*/))
    .filter(([, weight]) => !/^q=0(\.0*)?$/.test(weight ?? ''))
    .map(([name]) => name);
  return (['br', 'gzip'] as const).find((encoding) => taken.includes(encoding));
}

/** Above this size, a higher quality would delay the first visit by seconds. */
const MAX_THOROUGH_BYTES = 2 ** 20;

function compress(encoding: Encoding, bytes: Buffer): Promise<Buffer> {
  if (encoding === 'gzip') return promisify(gzip)(bytes);
  return promisify(brotliCompress)(bytes, {
    params: {
      [zlib.BROTLI_PARAM_QUALITY]: bytes.length > MAX_THOROUGH_BYTES ? 5 : 9,
      [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers what `serveStatic` would, of any server's requests. */
export function createStaticHandler({ folders, json: made }: Pick<ServeParameters, 'folders' | 'json'>): Handler {
  /** Compressed files by name, encoding and version. */
  const compressed = new Map<string, { readonly version: string; readonly bytes: Promise<Buffer> }>();

  function compressedFile(file: string, encoding: Encoding, version: string): Promise<Buffer> {
    const key = `${encoding} ${file}`;
    const known = compressed.get(key);
    if (known?.version === version) return known.bytes;
    const bytes = compress(encoding, readFileSync(file));
    compressed.set(key, { version, bytes });
    return bytes;
  }

  return async (request, response) => {
    // Not as a URL: one that begins with "//" would name a host, and its path another file.
    const pathname = (request.url ?? '/').replace(/[?#].*$/, '');
    const json = made[pathname];
    if (json !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
      response.end(JSON.stringify(json()));
      return;
    }
    let file: string | undefined;
    let stats: Stats | undefined;
    try {
      file = fileOf(folders, decodeURIComponent(pathname));
      stats = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    } catch {
      // A malformed escape or a zero byte in the path names no file.
      stats = undefined;
    }
    if (file === undefined || stats === undefined || !stats.isFile()) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('Not found\n');
      return;
    }
    const { contentType, compressed: canCompress = false } = types[path.extname(file)] ?? {
      contentType: 'application/octet-stream',
    };
    const version = `${stats.size.toString(16)}-${Math.round(stats.mtimeMs).toString(16)}`;
    const hasRange = request.headers.range !== undefined;
    const encoding = canCompress && !hasRange ? encodingOf(request.headers['accept-encoding']) : undefined;
    const etag = `"${version}${encoding === undefined ? '' : `-${encoding}`}"`;
    const common = {
      // A name with a content hash always refers to the same contents.
      'cache-control': /\/assets\//.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
      ...(canCompress ? { vary: 'accept-encoding' } : {}),
    };
    if (!hasRange && request.headers['if-none-match'] === etag) {
      response.writeHead(304, common);
      response.end();
      return;
    }
    if (encoding !== undefined) {
      const bytes = await compressedFile(file, encoding, version);
      response.writeHead(200, {
        ...common,
        'content-type': contentType,
        'content-encoding': encoding,
        'content-length': bytes.length,
      });
      response.end(bytes);
      return;
    }
    // A range of an older version of the file would be joined to bytes of another.
    const isSameFile = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const range = isSameFile ? rangeOf(request.headers.range, stats.size) : undefined;
    response.writeHead(range === undefined ? 200 : 206, {
      ...common,
      'content-type': contentType,
      'content-length': range === undefined ? stats.size : range.end - range.start + 1,
      'accept-ranges': 'bytes',
      ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${stats.size}` }),
    });
    if (request.method === 'HEAD') response.end();
    // Rejects when the file cannot be read to its end; a reader who goes away closes the file.
    else await pipeline(createReadStream(file, range), response);
  };
}

/** Listens and resolves once connections are taken; rejects when the port is in use. */
export function serveStatic(parameters: ServeParameters): Promise<Server> {
  const handle = createStaticHandler(parameters);
  const server = createServer((request, response) => {
    // A file that disappears meanwhile ends this answer, not the server.
    handle(request, response).catch((error: Error) => response.destroy(error));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(parameters.port, parameters.host, () => resolve(server));
  });
}
