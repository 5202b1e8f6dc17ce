// For tests: two small HTTP servers in the test runner's process, a Hub and the other origin that it redirects to, that speak the
// Hub's API with ranges, gating and faults. Worlds (`hubWorld.ts`) keep tests apart.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Content, Fault, LoggedRequest, WorldDescription, WorldFile, WorldRepository } from './hubWorld.ts';

const golden = path.join(import.meta.dirname, '../../../test/golden');

interface World {
  description: WorldDescription;
  readonly log: LoggedRequest[];
  readonly used: Map<string, number>;
}

const worlds = new Map<string, World>();
const contents = new Map<string, Buffer>();

/** Bytes that do not compress and are the same in every run. */
function padding(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  let state = 0x9e3779b9;
  for (let index = 0; index + 4 <= bytes; index += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    buffer.writeInt32LE(state | 0, index);
  }
  return buffer;
}

function bytesOf(content: Content): Buffer {
  const key = JSON.stringify(content);
  const known = contents.get(key);
  if (known !== undefined) return known;
  let bytes: Buffer;
  if ('golden' in content) bytes = readFileSync(path.join(golden, content.golden));
  else if ('text' in content) bytes = Buffer.from(content.text);
  else if ('base64' in content) bytes = Buffer.from(content.base64, 'base64');
  else bytes = Buffer.from(JSON.stringify(content.json));
  const whole = content.pad === undefined ? bytes : Buffer.concat([bytes, padding(content.pad)]);
  contents.set(key, whole);
  return whole;
}

function sibling([name, file]: [string, WorldFile]): unknown {
  const bytes = bytesOf(file.content);
  const size = file.announcedBytes ?? bytes.length;
  const sha256 = file.announcedSha256 ?? createHash('sha256').update(bytes).digest('hex');
  return { rfilename: name, size, ...(file.lfs === true ? { lfs: { sha256, size, pointerSize: 134 } } : {}) };
}

function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): unknown {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  return response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string): unknown {
  response.writeHead(status, { 'x-error-code': code });
  return response.end(code);
}

function search(world: World, address: URL, response: ServerResponse): unknown {
  const { repositories = {}, pageSize = 50 } = world.description;
  const query = address.searchParams.get('search')?.toLowerCase() ?? '';
  const cursor = Number(address.searchParams.get('cursor') ?? 0);
  const found = Object.entries(repositories)
    .filter(([name, { tags }]) => name.toLowerCase().includes(query) && tags.includes('text-generation'))
    .sort(([, left], [, right]) => (right.downloads ?? 0) - (left.downloads ?? 0));
  const next = new URL(address);
  next.searchParams.set('cursor', String(cursor + pageSize));
  return json(
    response,
    found.slice(cursor, cursor + pageSize).map(([id, { tags, downloads = 0, gated }]) => ({
      id,
      downloads,
      likes: 1,
      lastModified: '2026-01-01T00:00:00.000Z',
      private: false,
      gated: gated === true ? 'manual' : false,
      tags,
    })),
    cursor + pageSize < found.length ? { link: `<${next.href}>; rel="next"` } : {},
  );
}

/** Whether the caller may read the files; answers when not. */
function mayRead(
  world: World,
  { gated }: WorldRepository,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (gated !== true) return true;
  const { authorization } = request.headers;
  if (authorization === `Bearer ${world.description.token}`) return true;
  refuse(response, authorization === undefined ? 401 : 403, 'GatedRepo');
  return false;
}

/** The fault for a path, if it is not used up. */
function faultOf(world: World, at: string): Fault | undefined {
  const fault = world.description.faults?.[at];
  const used = world.used.get(at) ?? 0;
  if (fault === undefined || used >= (fault.times ?? Number.POSITIVE_INFINITY)) return undefined;
  world.used.set(at, used + 1);
  return fault;
}

function serve(bytes: Buffer, fault: Fault | undefined, request: IncomingMessage, response: ServerResponse): unknown {
  if (fault?.kind === 'status') {
    response.writeHead(fault.status, fault.headers);
    return response.end();
  }
  if (fault?.kind === 'loop') {
    response.writeHead(302, { location: request.url });
    return response.end();
  }
  const match = fault?.kind === 'ignore-range' ? null : request.headers.range?.match(/^bytes=(\d+)-(\d*)$/);
  const shift = fault?.kind === 'wrong-range' ? 1 : 0;
  const begin = match ? Number(match[1]) + shift : 0;
  const end = match && match[2] !== '' ? Math.min(bytes.length, Number(match[2]) + 1 + shift) : bytes.length;
  let body = bytes.subarray(begin, end);
  if (fault?.kind === 'longer') body = Buffer.concat([body, Buffer.from('more')]);
  if (fault?.kind === 'corrupt') {
    body = Buffer.from(body);
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
  }
  const range = match ? { 'content-range': `bytes ${begin}-${end - 1}/${bytes.length}` } : {};
  response.writeHead(match ? 206 : 200, { 'content-length': body.length, 'accept-ranges': 'bytes', ...range });
  if (request.method === 'HEAD') return response.end();
  if (fault?.kind === 'cut') return response.write(body.subarray(0, fault.after), () => response.destroy());
  return fault?.kind === 'hang' ? response.write(body.subarray(0, fault.after)) : response.end(body);
}

function answerHub(world: World, cdn: string, request: IncomingMessage, response: ServerResponse, at: URL): unknown {
  const rest = at.pathname.split('/').slice(2).map(decodeURIComponent);
  const below = rest.join('/');
  const { repositories = {}, blocks = {} } = world.description;
  if (below === 'api/models') return search(world, at, response);
  if (rest[0] === 'ipfs') {
    const block = blocks[rest[1] ?? ''];
    if (block === undefined) return refuse(response, 404, 'BlockNotFound');
    return serve(Buffer.from(block, 'base64'), faultOf(world, below), request, response);
  }
  const isApi = rest[0] === 'api';
  const [owner, name, , revision, ...file] = isApi ? rest.slice(2) : rest;
  const repository = repositories[`${owner}/${name}`];
  if (repository === undefined) return refuse(response, 401, 'RepoNotFound');
  if (revision !== 'main' && revision !== repository.commit) return refuse(response, 404, 'RevisionNotFound');
  if (isApi) {
    const { commit, tags, gated, files } = repository;
    const fault = faultOf(world, below);
    if (fault !== undefined) return serve(Buffer.alloc(0), fault, request, response);
    return json(response, {
      id: `${owner}/${name}`,
      sha: commit,
      gated: gated === true ? 'manual' : false,
      tags,
      siblings: Object.entries(files).map(sibling),
    });
  }
  const found = repository.files[file.join('/')];
  if (found === undefined) return refuse(response, 404, 'EntryNotFound');
  if (!mayRead(world, repository, request, response)) return undefined;
  if (found.lfs === true) {
    response.writeHead(302, { location: `${cdn}/${at.pathname.split('/')[1]}/${below}?signature=secret` });
    return response.end();
  }
  if (found.modified !== undefined) response.setHeader('last-modified', found.modified);
  return serve(bytesOf(found.content), faultOf(world, below), request, response);
}

function answerCdn(world: World, request: IncomingMessage, response: ServerResponse, at: URL): unknown {
  const [owner, name, , , ...file] = at.pathname.split('/').slice(2).map(decodeURIComponent);
  const found = world.description.repositories?.[`${owner}/${name}`]?.files[file.join('/')];
  if (found === undefined) return refuse(response, 404, 'EntryNotFound');
  return serve(bytesOf(found.content), faultOf(world, file.join('/')), request, response);
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Vitest's global set-up of the browser project. */
export default async function startHubServer(project: TestProject): Promise<() => void> {
  const addresses = { hub: '', cdn: '' };
  const handle =
    (server: 'hub' | 'cdn') =>
    async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-expose-headers', 'X-Error-Code,Link,Content-Range,Retry-After');
      if (request.method === 'OPTIONS') {
        response.writeHead(204, {
          'access-control-allow-methods': 'GET, HEAD, PUT',
          'access-control-allow-headers': 'authorization, range, content-type',
        });
        return response.end();
      }
      const at = new URL(request.url ?? '/', addresses[server]);
      const id = at.pathname.split('/')[1] ?? '';
      const world: World = worlds.get(id) ?? { description: {}, log: [], used: new Map() };
      worlds.set(id, world);
      if (request.method === 'PUT') {
        world.description = { ...world.description, ...JSON.parse(await textOf(request)) };
        world.used.clear();
        return response.end();
      }
      if (at.pathname === `/${id}/log`) return json(response, world.log);
      const { range = '', authorization = '', referer = '' } = request.headers;
      const path = at.pathname.slice(id.length + 2) + at.search;
      world.log.push({ method: request.method ?? '', path, server, range, authorization, referer });
      return server === 'cdn'
        ? answerCdn(world, request, response, at)
        : answerHub(world, addresses.cdn, request, response, at);
    };
  const servers = { hub: createServer(handle('hub')), cdn: createServer(handle('cdn')) };
  addresses.hub = await listen(servers.hub);
  addresses.cdn = await listen(servers.cdn);
  project.provide('hubServer', addresses);
  return () => {
    for (const server of Object.values(servers)) {
      server.closeAllConnections();
      server.close();
    }
  };
}
