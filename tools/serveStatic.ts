// A small static server for the built app on this machine: files of folders, byte ranges, one JSON made on request.
import { createReadStream, type Stats, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/x-ndjson; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
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

function answer(parameters: ServeParameters, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const json = parameters.json[pathname];
  if (json !== undefined) {
    response.writeHead(200, { 'content-type': types['.json'] as string, 'cache-control': 'no-store' });
    response.end(JSON.stringify(json()));
    return;
  }
  let file: string | undefined;
  let stats: Stats | undefined;
  try {
    file = fileOf(parameters.folders, decodeURIComponent(pathname));
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
  const range = rangeOf(request.headers.range, stats.size);
  const hashed = /\/assets\//.test(pathname);
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': types[path.extname(file)] ?? 'application/octet-stream',
    'content-length': range === undefined ? stats.size : range.end - range.start + 1,
    'accept-ranges': 'bytes',
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${stats.size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else createReadStream(file, range).pipe(response);
}

/** Listens and resolves once connections are taken; rejects when the port is in use. */
export function serveStatic(parameters: ServeParameters): Promise<Server> {
  const server = createServer((request, response) => answer(parameters, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(parameters.port, parameters.host, () => resolve(server));
  });
}
