// Sources behind servers that say too little or nonsense; what a good server offers is in `finding.browser.test.ts`.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openSource } from './openSource.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const noBlocks = (): never => {
  throw new Error('Nothing of IPFS is read here.');
};
const open = (url: string): Promise<unknown> =>
  openSource({ kind: 'url', url }, 'https://hub.example', { getBlock: noBlocks });

it('refuses a file whose size the server tells neither with a range nor by HEAD', async () => {
  const methods: (string | undefined)[] = [];
  const origin = await serve((request, response) => {
    methods.push(request.method);
    // Written in pieces, so that there is no content-length.
    response.write('GG');
    response.end('UF');
  });
  await expect(open(`${origin}/model.gguf?signature=1`)).rejects.toMatchObject({
    code: 'REMOTE_SIZE_UNKNOWN',
    facts: { url: `${origin}/model.gguf` },
  });
  expect(methods).toEqual(['GET', 'HEAD']);
});

it.each([
  ['no JSON', '<html>'],
  ['no map of weights', '{"metadata":{}}'],
  ['a shard outside the folder', '{"weight_map":{"a":"../secret.safetensors"}}'],
  ['a shard on another server', '{"weight_map":{"a":"https://else.example/x.safetensors"}}'],
  [
    'more shards than any model has',
    JSON.stringify({
      weight_map: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [n, `${n}.safetensors`])),
    }),
  ],
])('refuses an index of shards with %s, and asks for no shard', async (_, index) => {
  const asked: string[] = [];
  const origin = await serve((request, response) => {
    asked.push(request.url ?? '');
    const body = { '/m/config.json': '{}', '/m/model.safetensors.index.json': index }[request.url ?? ''];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });
  await expect(open(`${origin}/m/config.json`)).rejects.toMatchObject({
    code: 'SOURCE_SHARDS_INVALID',
    facts: { url: `${origin}/m/model.safetensors.index.json` },
  });
  expect(asked.filter((url) => /\d\.safetensors|secret|else/.test(url))).toEqual([]);
});
