// A real gateway on loopback that never ends.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { gatewayBlocks } from './blockSource.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A gateway that sends `chunks` of 256 KiB; what it has sent so far. */
async function gateway(chunks: number): Promise<{ readonly url: string; readonly sent: () => number }> {
  let sent = 0;
  const server = createServer((_, response) => {
    const chunk = Buffer.alloc(256 * 1024);
    response.on('error', () => undefined);
    const send = (): void => {
      while (sent < chunks && !response.destroyed) {
        sent += 1;
        if (!response.write(chunk)) {
          response.once('drain', send);
          return;
        }
      }
      if (!response.destroyed) response.end();
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: () => sent };
}

test('a gateway that sends without end is left at the size of the largest block', async () => {
  const { url, sent } = await gateway(12_000);
  await expect(gatewayBlocks(url)(cid, undefined)).rejects.toMatchObject({
    code: 'IPFS_BLOCK_TOO_LARGE',
    facts: { cid, maxBytes: 4 * 1024 * 1024 },
  });
  // What lies in sockets on both sides, and no more of the 3 GB.
  expect(sent()).toBeLessThan(200);
});

test('a block of the largest size is read', async () => {
  const { url } = await gateway(16);
  expect(await gatewayBlocks(url)(cid, undefined)).toHaveLength(4 * 1024 * 1024);
});
