import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings } from './readSettings.ts';

const key = `0x${'ab'.repeat(32)}`;
const configuration = { relays: ['/dns4/relay/tcp/1/ws'], deployment: { chainId: 5, rpcUrl: 'https://rpc.example' } };
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tributary-'));
  file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify(configuration));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (args: readonly string[], privateKey: string | undefined = key): ReturnType<typeof readSettings> =>
  readSettings(args, { KEEPER_PRIVATE_KEY: privateKey });

it('takes chain and relays from a configuration, and arguments before them', async () => {
  expect(await read(['--config', file])).toEqual({
    folder: '.keeper',
    deployment: configuration.deployment,
    relays: configuration.relays,
    privateKey: key,
    intervalSeconds: 30,
  });
  const others = [
    '--data',
    'x',
    '--rpc-url',
    'http://rpc',
    '--relay',
    '/a',
    '--relay',
    '/b',
    '--interval-seconds',
    '1.5',
  ];
  expect(await read(['--config', file, ...others])).toEqual({
    folder: 'x',
    deployment: { chainId: 5, rpcUrl: 'http://rpc' },
    relays: ['/a', '/b'],
    privateKey: key,
    intervalSeconds: 1.5,
  });
});

it('names what is missing', async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/config.json' ? 200 : 404;
    response.end(JSON.stringify({ relays: [], deployment: null }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await expect(read(['--config', `${origin}/gone.json`])).rejects.toMatchObject({
      code: 'KEEPER_NO_CONFIG',
      facts: { place: `${origin}/gone.json`, status: 404 },
    });
    await expect(read(['--config', `${origin}/config.json`])).rejects.toMatchObject({ code: 'KEEPER_NO_CHAIN' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
  for (const privateKey of ['', key.slice(0, -1), key.slice(2)]) {
    await expect(read(['--config', file], privateKey)).rejects.toMatchObject({ code: 'KEEPER_NO_KEY' });
  }
  for (const text of ['0', '-1', 'soon', 'Infinity', '']) {
    await expect(read(['--config', file, `--interval-seconds=${text}`])).rejects.toMatchObject({
      code: 'KEEPER_NO_INTERVAL',
      facts: { text },
    });
  }
});
