import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { downloadFile } from './downloadFile.ts';
import { fileSha256 } from './fileSha256.ts';
import { findZipEntry } from './zipEntry.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'model-'));
const content = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) & 0xff));
const ranges: (string | undefined)[] = [];
let server: Server;
let origin = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (request.url === '/missing') response.writeHead(404).end();
    else if (request.url === '/short') response.end(content.subarray(0, 100));
    else
      response
        .writeHead(from > 0 && request.url === '/file' ? 206 : 200)
        .end(request.url === '/file' ? content.subarray(from) : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const download = (from: string, name: string): Promise<void> =>
  downloadFile({
    url: origin + from,
    part: path.join(folder, name),
    bytes: content.length,
    signal: new AbortController().signal,
  });

test('a download resumes where it stopped', async () => {
  writeFileSync(path.join(folder, 'half'), content.subarray(0, 2000));
  await download('/file', 'half');
  expect(ranges.at(-1)).toBe('bytes=2000-');
  expect(readFileSync(path.join(folder, 'half'))).toEqual(content);
  const asked = ranges.length;
  await download('/file', 'half');
  expect(ranges.length).toBe(asked);
});

test('a server without ranges sends everything again', async () => {
  writeFileSync(path.join(folder, 'again'), content.subarray(0, 2000));
  await download('/whole', 'again');
  expect(readFileSync(path.join(folder, 'again'))).toEqual(content);
});

test('an answer that is none, or too short, is an error that says so', async () => {
  await expect(download('/missing', 'none')).rejects.toMatchObject({
    code: 'MODEL_DOWNLOAD_FAILED',
    facts: { reason: 'it answered 404.' },
  });
  await expect(download('/short', 'short')).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' });
  expect(readFileSync(path.join(folder, 'short')).length).toBe(100);
});

test('a cancelled download keeps its part file', async () => {
  await expect(
    downloadFile({
      url: `${origin}/file`,
      part: path.join(folder, 'half2'),
      bytes: content.length,
      signal: AbortSignal.abort(),
    }),
  ).rejects.toMatchObject({ name: 'AbortError' });
});

test('finds a file in a zip archive, packed or stored', async () => {
  const names = ['a/first.txt', 'a/model.bin'];
  const bodies = [Buffer.from('stored'), deflateRawSync(content)];
  const sizes = [6, content.length];
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  names.forEach((name, index) => {
    const body = bodies[index] as Buffer;
    const local = Buffer.alloc(30 + name.length + 4);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(index * 8, 10);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt32LE(sizes[index] as number, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    entry.write(name, 46);
    locals.push(local, body);
    directory.push(entry);
    at += local.length + body.length;
  });
  const end = Buffer.alloc(22 + 7);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  const blob = new Blob([Buffer.concat([...locals, ...directory, end])]);
  const stored = await findZipEntry(blob, 'a/first.txt');
  expect(await blob.slice(stored.begin, stored.end).text()).toBe('stored');
  const packed = await findZipEntry(blob, 'a/model.bin');
  expect(packed).toMatchObject({ size: content.length, deflated: true });
  expect(Buffer.from(await blob.slice(packed.begin, packed.end).arrayBuffer())).toEqual(bodies[1]);
  await expect(findZipEntry(blob, 'absent')).rejects.toMatchObject({ code: 'ZIP_INVALID' });
  await expect(findZipEntry(new Blob(['no zip at all']), 'absent')).rejects.toMatchObject({ code: 'ZIP_INVALID' });
});

test('hashes a file in pieces', async () => {
  writeFileSync(path.join(folder, 'abc'), 'abc');
  expect(await fileSha256(path.join(folder, 'abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
