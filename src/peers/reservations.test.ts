// A real relay, and nodes that reserve a place at it to be dialled by.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { afterEach, expect, it } from 'vitest';
import { startNodePeers } from './node.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function relayOf(connectionsPerAddress: number): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-relay-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const relay = await startNodePeers({ folder, listen: ['/ip4/127.0.0.1/tcp/0/ws'], connectionsPerAddress });
  cleanups.push(() => relay.stop());
  return relay.multiaddrs()[0] as string;
}

/** A node that can be dialled through the relay. Rejects when it gets no place there. */
async function reserve(relay: string) {
  const node = await createLibp2p({
    addresses: { listen: [`${relay}/p2p-circuit`] },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() },
  });
  cleanups.push(() => node.stop());
  expect(node.getMultiaddrs().map(String).join(' ')).toContain('/p2p-circuit');
  return node;
}

it('one address has half as many reservations as connections, under however many names', async () => {
  const relay = await relayOf(6);
  for (let count = 0; count < 3; count += 1) await reserve(relay);
  await expect(reserve(relay)).rejects.toThrow();
});

it('a reservation ends with the connection of who made it', async () => {
  const relay = await relayOf(2);
  const first = await reserve(relay);
  await expect(reserve(relay)).rejects.toThrow();
  await first.stop();
  // The relay hears of it a moment later.
  const next = async (): Promise<unknown> => reserve(relay).catch(next);
  await next();
});
