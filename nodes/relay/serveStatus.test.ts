import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StatusServer, serveStatus } from './serveStatus.ts';

let server: StatusServer;
beforeEach(async () => {
  server = await serveStatus({ host: '127.0.0.1', port: 0, status: () => ({ id: 'relay', heads: 3 }) });
});
afterEach(() => server.stop());

it('shows the status to any page, now', async () => {
  const response = await fetch(server.url);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/status$/);
  expect([response.status, await response.json()]).toEqual([200, { id: 'relay', heads: 3 }]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'access-control-allow-origin': '*',
    'cache-control': 'no-store',
    'content-type': 'application/json',
  });
  expect((await fetch(`${server.url}?at=now`)).status).toBe(200);
});

it('changes nothing, and has nothing else', async () => {
  const other = await fetch(server.url.replace('status', 'pin'));
  expect([other.status, await other.json()]).toEqual([404, { error: 'There is only GET /status.' }]);
  expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(server.url.replace('status', 'pin'), { method: 'POST' })).status).toBe(404);
});

/** The first line that the server answers to what no client of HTTP would send. */
function ask(target: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  return new Promise<string>((resolve, reject) => {
    socket.once('data', (bytes) => resolve(String(bytes).split('\r\n')[0] ?? ''));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: relay\r\n\r\n`);
  }).finally(() => socket.destroy());
}

// An error that nobody catches ends a Node process.
it.each(['//', 'http://[', '/\\\\', '*'])('an address that is none ends only its request: %s', async (target) => {
  expect(await ask(target)).toBe('HTTP/1.1 404 Not Found');
  expect((await fetch(server.url)).status).toBe(200);
});

it('says that its port is taken', async () => {
  const port = Number(new URL(server.url).port);
  await expect(serveStatus({ host: '127.0.0.1', port, status: () => null })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
