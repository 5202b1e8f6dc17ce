import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStaticHandler, serveStatic } from './serveStatic.ts';

const script = `export const words = '${'tributary '.repeat(500)}';\n`;
const rows = '{"prompt":"a","response":"b"}\n'.repeat(100);
let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tributary-serve-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Tributary</title>');
  writeFileSync(path.join(folder, 'assets', 'main-abc.js'), script);
  writeFileSync(path.join(folder, 'assets', 'kernel.wasm'), Buffer.alloc(4096, 'wasm'));
  writeFileSync(path.join(folder, 'rows.jsonl'), rows);
  server = await serveStatic({ port: 0, host: '127.0.0.1', folders: { '/': folder }, json: { '/made': () => [1] } });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Bytes as transferred: `fetch` would decompress them. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const asked = request({ port, host: '127.0.0.1', path: url, headers, method }, async (response) => {
      const body = Buffer.concat(await Array.fromAsync(response));
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
    });
    asked.on('error', reject);
    asked.end();
  });
}

test.each([
  ['br', 'gzip, deflate, br', (bytes: Buffer) => brotliDecompressSync(bytes)],
  ['gzip', 'gzip, br;q=0', (bytes: Buffer) => gunzipSync(bytes)],
])('a script comes in %s to whoever takes it', async (encoding, accepted, decompress) => {
  const { headers, body, status } = await get('/assets/main-abc.js', { 'accept-encoding': accepted });
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-encoding': encoding,
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': String(body.length),
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  });
  expect(body.length).toBeLessThan(script.length / 10);
  expect(decompress(body).toString()).toBe(script);
});

test('and as it is to whoever takes nothing, with the same Vary', async () => {
  for (const accepted of ['', 'identity', 'br;q=0.0']) {
    const { headers, body } = await get('/assets/main-abc.js', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers.vary).toBe('accept-encoding');
    expect(body.toString()).toBe(script);
  }
});

test('HEAD has the headers of GET and no body', async () => {
  const accepted = { 'accept-encoding': 'br' };
  const [head, whole] = [
    await get('/assets/kernel.wasm', accepted, 'HEAD'),
    await get('/assets/kernel.wasm', accepted),
  ];
  expect(head.body).toHaveLength(0);
  expect(head.headers['content-length']).toBe(whole.headers['content-length']);
  expect(whole.headers).toMatchObject({ 'content-type': 'application/wasm', 'content-encoding': 'br' });
});

test('data keeps its length on the wire', async () => {
  const { headers } = await get('/rows.jsonl', { 'accept-encoding': 'br' }, 'HEAD');
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['content-length']).toBe(String(rows.length));
});

test('a range is of the file’s own bytes, also of one that would be compressed', async () => {
  const { status, headers, body } = await get('/assets/main-abc.js', { 'accept-encoding': 'br', range: 'bytes=7-11' });
  expect(status).toBe(206);
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['content-range']).toBe(`bytes 7-11/${script.length}`);
  expect(body.toString()).toBe('const');
  expect((await get('/rows.jsonl', { range: 'bytes=-5' })).body.toString()).toBe(rows.slice(-5));
});

test('what has not changed is not sent again, and a range of what has changed is the whole', async () => {
  const first = await get('/', { 'accept-encoding': 'br' });
  const etag = String(first.headers.etag);
  expect(first.headers['cache-control']).toBe('no-cache');
  const again = await get('/', { 'accept-encoding': 'br', 'if-none-match': etag });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  // Each content encoding is a representation of its own and needs its own ETag.
  expect((await get('/', { 'accept-encoding': 'gzip', 'if-none-match': etag })).status).toBe(200);

  const rowsTag = String((await get('/rows.jsonl')).headers.etag);
  const range = { range: 'bytes=0-3', 'if-range': rowsTag };
  expect((await get('/rows.jsonl', range)).status).toBe(206);
  utimesSync(path.join(folder, 'rows.jsonl'), 1, 1);
  expect((await get('/rows.jsonl', range)).status).toBe(200);
  utimesSync(path.join(folder, 'index.html'), 1, 1);
  expect((await get('/', { 'accept-encoding': 'br', 'if-none-match': etag })).status).toBe(200);
});

test('a file that was built again is compressed again', async () => {
  const file = path.join(folder, 'again.js');
  for (const text of ['one', 'another']) {
    writeFileSync(file, text);
    const { body } = await get('/again.js', { 'accept-encoding': 'br' });
    expect(brotliDecompressSync(body).toString()).toBe(text);
  }
});

test('nothing outside the folders, and no path that names no file', async () => {
  const outside = `${folder}-outside.txt`;
  writeFileSync(outside, 'secret');
  const name = path.basename(outside);
  for (const up of ['../', '%2e%2e/', '..%2f', '%2e%2e%2f', 'assets/../../', 'assets/..%2f..%2f', '//', '/..%2f'])
    expect((await get(`/${up}${name}`)).status, up).toBe(404);
  for (const url of [outside, '/assets', '/%zz', '/a%00b', '/none.js', '/constructor', '//[/'])
    expect((await get(url)).status, url).toBe(404);
  rmSync(outside);
  expect(JSON.parse((await get('/made')).body.toString())).toEqual([1]);
});

test('a file that goes away before it is read ends its answer, and nothing else', async () => {
  const file = path.join(folder, 'gone.bin');
  writeFileSync(file, 'here');
  const handle = createStaticHandler({ folders: { '/': folder }, json: {} });
  const failures: unknown[] = [];
  const racing = createServer((asked, response) => {
    handle(asked, response).catch((error: NodeJS.ErrnoException) => {
      failures.push(error.code);
      response.destroy();
    });
    // The handler has already stat'ed the file, and opens it in a later task.
    rmSync(file);
  });
  await new Promise<void>((resolve) => racing.listen(0, '127.0.0.1', resolve));
  const { port } = racing.address() as AddressInfo;
  await expect(fetch(`http://127.0.0.1:${port}/gone.bin`)).rejects.toThrow();
  expect(failures).toEqual(['ENOENT']);
  racing.close();
});
