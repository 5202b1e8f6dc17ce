import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  publishAdapter,
  publishContribution,
  type Row,
  readAdapter,
  readContribution,
} from '../../src/datanet/index.ts';
import type { Cid } from '../../src/lib/units.ts';
import type { ReceivedAnnouncement } from '../../src/peers/node.ts';
import { type NodePeers, startNodePeers } from '../../src/peers/node.ts';
import { createTestSigner, verify } from '../../test/support/datanet.ts';
import { type Relay, type RelayEvent, type RelayParameters, startRelay } from './startRelay.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'tributary-'));
  cleanups.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

interface TestRelay extends Relay {
  readonly events: RelayEvent[];
  /** Resolves with the event of this CID. */
  event(cid: Cid): Promise<RelayEvent>;
  /** Once only, so that a test may end it earlier. */
  end(): Promise<void>;
}

async function relayAt(dataDirectory: string, parameters: RelayParameters = {}): Promise<TestRelay> {
  const events: RelayEvent[] = [];
  const waiting = new Set<() => void>();
  const relay = await startRelay({
    webSocketPort: 0,
    webRtcPort: 0,
    statusPort: 0,
    ...parameters,
    dataDirectory,
    onEvent: (event) => {
      events.push(event);
      for (const wake of waiting) wake();
    },
  });
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => (ended ??= relay.stop());
  cleanups.push(end);
  return {
    ...relay,
    events,
    end,
    async event(cid) {
      for (;;) {
        const found = events.find((event) => event.cid === cid);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
  };
}

const webSocketOf = (relay: Relay): string[] => relay.multiaddrs.filter((address) => address.includes('/ws/'));

async function peerAt(at: string, relays: readonly string[]): Promise<NodePeers> {
  const peers = await startNodePeers({ folder: at, relays });
  let ended: Promise<void> | undefined;
  const stop = (): Promise<void> => (ended ??= peers.stop());
  cleanups.push(stop);
  return { ...peers, stop };
}

function announced(peers: NodePeers, cid: Cid): Promise<ReceivedAnnouncement> {
  return new Promise((resolve) => {
    peers.subscribe((announcement) => {
      if (announcement.cid === cid) resolve(announcement);
    });
  });
}

async function online(peers: NodePeers): Promise<void> {
  while (peers.state() !== 'online') {
    await new Promise<void>((resolve) => {
      const end = peers.onChange(() => {
        end();
        resolve();
      });
    });
  }
}

function rowsOf(name: string, count = 50): Row[] {
  return Array.from({ length: count }, (_, index) => ({ prompt: `${name} ${index}?`, response: `answer ${index}` }));
}

async function contribute(peers: NodePeers, datanetId: string, rows: readonly Row[], by = 1): Promise<Cid> {
  const { cid } = await publishContribution({
    datanetId,
    rows,
    licence: 'CC0-1.0',
    signer: createTestSigner(by),
    blocks: peers.blocks,
    timestamp: 1,
  });
  return cid;
}

describe('a relay and two peers on loopback', () => {
  it('brings a contribution from one to the other by announcement, and to a latecomer when its author is gone', async () => {
    const relay = await relayAt(await folder());
    const [alice, bob] = [
      await peerAt(await folder(), webSocketOf(relay)),
      await peerAt(await folder(), webSocketOf(relay)),
    ];
    await Promise.all([online(alice), online(bob)]);

    const rows = rowsOf('alice');
    const cid = await contribute(alice, 'facts', rows);
    const heard = announced(bob, cid);
    expect(await alice.announce({ kind: 'contribution', scope: 'facts', cid })).toBe('sent');
    expect(await heard).toMatchObject({ kind: 'contribution', scope: 'facts', cid, provider: alice.id });
    const got = await readContribution({ cid, blocks: bob.blocks, verify });
    expect(got.rows).toEqual(rows);

    expect(await relay.event(cid)).toMatchObject({ kind: 'pinned' });
    await alice.stop();
    await bob.stop();
    const carol = await peerAt(await folder(), webSocketOf(relay));
    expect(await announced(carol, cid)).toMatchObject({ provider: alice.id, via: 'heads' });
    expect((await readContribution({ cid, blocks: carol.blocks, verify })).rows).toEqual(rows);
  });

  it('keeps the description of a Datanet that is named by it, and nothing larger in its place', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const description = await alice.blocks.put(new TextEncoder().encode('{"name":"Ferries"}'), 'raw');
    const large = await alice.blocks.put(new Uint8Array(5_000), 'raw');
    for (const datanet of [description, large]) {
      const cid = await contribute(alice, datanet, rowsOf('alice', 3));
      await alice.announce({ kind: 'contribution', scope: datanet, cid });
      expect(await relay.event(cid)).toMatchObject({ kind: 'pinned' });
    }
    await alice.stop();
    const carol = await peerAt(await folder(), webSocketOf(relay));
    await online(carol);
    expect(new TextDecoder().decode(await carol.blocks.get(description))).toBe('{"name":"Ferries"}');
    await expect(carol.blocks.get(large, { timeoutMilliseconds: 1_000 })).rejects.toMatchObject({
      code: 'BLOCK_NOT_FOUND',
    });
  });

  it('keeps identity, heads and pins over a restart, on the same addresses', async () => {
    const data = await folder();
    const first = await relayAt(data);
    const webSocketPort = Number(/\/tcp\/(\d+)/.exec(first.multiaddrs.join(' '))?.[1]);
    const certificate = (relay: Relay): string | undefined => /certhash\/[^/]+/.exec(relay.multiaddrs.join(' '))?.[0];
    const alice = await peerAt(await folder(), webSocketOf(first));
    const cid = await contribute(alice, 'facts', rowsOf('restart'));
    await alice.announce({ kind: 'contribution', scope: 'facts', cid });
    expect(await first.event(cid)).toMatchObject({ kind: 'pinned' });
    const before = first.status();
    await alice.stop();
    await first.end();

    const second = await relayAt(data, { webSocketPort });
    expect(second.id).toBe(before.id);
    expect(webSocketOf(second)).toEqual(webSocketOf(first));
    // node-datachannel lets go of a UDP port with its process, so the port is another one here; the certificate stays.
    expect(certificate(second)).toBe(certificate(first));
    expect(certificate(second)).toMatch(/^certhash\/u/);
    expect(second.status().pins).toEqual(before.pins);
    const bob = await peerAt(await folder(), webSocketOf(second));
    expect(await announced(bob, cid)).toMatchObject({ via: 'heads' });
    expect((await readContribution({ cid, blocks: bob.blocks, verify })).rows).toHaveLength(50);
  });

  it('queues announcements while no relay is there, over a restart of the peer, and sends them when it is back', async () => {
    const data = await folder();
    const first = await relayAt(data);
    const addresses = webSocketOf(first);
    const webSocketPort = Number(/\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1]);
    await first.end();

    const at = await folder();
    const offline = await peerAt(at, addresses);
    const cid = await contribute(offline, 'facts', rowsOf('queued'));
    expect(await offline.announce({ kind: 'contribution', scope: 'facts', cid })).toBe('queued');
    expect(offline.pending()).toEqual([{ kind: 'contribution', scope: 'facts', cid }]);
    await offline.stop();

    const again = await peerAt(at, addresses);
    expect(again.id).toBe(offline.id);
    expect(again.pending()).toEqual([{ kind: 'contribution', scope: 'facts', cid }]);
    const relay = await relayAt(data, { webSocketPort });
    expect(await relay.event(cid)).toMatchObject({ kind: 'pinned' });
    expect(again.pending()).toEqual([]);
  });

  it('keeps adapters whole', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    const weights = Uint8Array.from({ length: 2_500_000 }, (_, index) => (index * 7) % 256);
    const { cid, manifest } = await publishAdapter({
      name: 'big',
      licence: 'MIT',
      base: { name: 'seedling', sha256: '00'.repeat(32) },
      config: {},
      weights,
      index: new Uint8Array([1]),
      datanets: [],
      contributions: [],
      training: {},
      signer: createTestSigner(1),
      blocks: alice.blocks,
      files: alice.blocks,
      timestamp: 1,
    });
    await online(alice);
    await alice.announce({ kind: 'adapter', scope: '', cid });
    expect(await relay.event(cid)).toMatchObject({ kind: 'pinned' });
    expect(relay.status().pins.bytes).toBe(2_500_001);
    await alice.stop();
    const bob = await peerAt(await folder(), webSocketOf(relay));
    await online(bob);
    const read = await readAdapter({ cid, blocks: bob.blocks, files: bob.blocks, verify });
    expect(read.manifest).toEqual(manifest);
    expect(Buffer.compare(read.weights, weights)).toBe(0);
    expect(read.index).toEqual(new Uint8Array([1]));
  });
});

it('keeps a receipt on the account of the peer that announced it, and refuses an oversized one', async () => {
  const relay = await relayAt(await folder());
  const alice = await peerAt(await folder(), webSocketOf(relay));
  await online(alice);
  const receipt = await alice.blocks.put(new Uint8Array(3_000).fill(1), 'dag-cbor');
  const large = await alice.blocks.put(new Uint8Array(300_000), 'dag-cbor');
  await alice.announce({ kind: 'receipt', scope: '', cid: receipt });
  expect(await relay.event(receipt)).toMatchObject({ kind: 'pinned', what: 'receipt' });
  await alice.announce({ kind: 'voucher', scope: 'channel', cid: large });
  expect(await relay.event(large)).toMatchObject({ kind: 'refused', code: 'NOTE_TOO_LARGE' });
  expect(relay.status()).toMatchObject({ heads: 1, pins: { roots: 1, bytes: 3_000 }, peers: [alice.id] });
});

it('makes an announcement again that the relay has lost', async () => {
  const first = await relayAt(await folder());
  const at = await folder();
  const alice = await peerAt(at, webSocketOf(first));
  await online(alice);
  const cid = await contribute(alice, 'facts', rowsOf('lost'));
  expect(await alice.announce({ kind: 'contribution', scope: 'facts', cid })).toBe('sent');
  await first.event(cid);
  await alice.stop();
  await first.end();
  const second = await relayAt(await folder());
  // With the webrtc-direct address as well, which a Node peer has no transport for.
  await peerAt(at, second.multiaddrs);
  expect(await second.event(cid)).toMatchObject({ kind: 'pinned' });
});

it('refuses to start where its WebSocket port is taken, and lets go of its folder', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  cleanups.push(async () => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const at = await folder();
  await expect(relayAt(at, { webSocketPort: port })).rejects.toMatchObject({
    code: 'RELAY_PORT_TAKEN',
    facts: { host: '127.0.0.1', port },
  });
  expect((await relayAt(at)).status().heads).toBe(0);
});

describe('what a relay refuses', () => {
  it('an author past the quota, without fetching the rows, and leaves no block behind; others are still served', async () => {
    const relay = await relayAt(await folder(), { bytesPerOwner: 4_000 });
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const small = await contribute(alice, 'facts', rowsOf('small', 50));
    const large = await contribute(alice, 'facts', rowsOf('large', 200));
    const more = await contribute(alice, 'facts', rowsOf('more', 50));
    const other = await contribute(alice, 'facts', rowsOf('other', 50), 2);
    const results = [];
    for (const cid of [small, large, more, other]) {
      await alice.announce({ kind: 'contribution', scope: 'facts', cid });
      const event = await relay.event(cid);
      results.push(event.kind === 'refused' ? event.code : event.kind);
    }
    expect(results).toEqual(['pinned', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', 'pinned']);
    expect(relay.status()).toMatchObject({ heads: 2, pins: { roots: 2, bytesPerOwner: 4_000 } });
    expect(relay.status().refused.map(({ cid }) => cid)).toEqual([more, large]);

    await alice.stop();
    const bob = await peerAt(await folder(), webSocketOf(relay));
    await online(bob);
    await expect(bob.blocks.get(large, { timeoutMilliseconds: 1_500 })).rejects.toMatchObject({
      code: 'BLOCK_NOT_FOUND',
      facts: { connections: 1 },
    });
  });

  it('a forged signature and a scope that is not the Datanet', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const forged = await publishContribution({
      datanetId: 'facts',
      rows: rowsOf('forged'),
      licence: 'MIT',
      signer: { ...createTestSigner(1), signMessage: createTestSigner(2).signMessage },
      blocks: alice.blocks,
      timestamp: 1,
    });
    await alice.announce({ kind: 'contribution', scope: 'facts', cid: forged.cid });
    expect(await relay.event(forged.cid)).toMatchObject({ kind: 'refused', code: 'SIGNATURE_INVALID' });
    const cid = await contribute(alice, 'facts', rowsOf('scope'));
    await alice.announce({ kind: 'contribution', scope: 'other', cid });
    expect(await relay.event(cid)).toMatchObject({ kind: 'refused', code: 'SCOPE_MISMATCH' });
    expect(relay.status().heads).toBe(0);
  });

  it('changes by HTTP', async () => {
    const relay = await relayAt(await folder());
    const response = await fetch(relay.statusUrl);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({ id: relay.id, multiaddrs: [...relay.multiaddrs], heads: 0 });
    expect((await fetch(relay.statusUrl, { method: 'POST' })).status).toBe(405);
    expect((await fetch(relay.statusUrl.replace('status', 'pin'))).status).toBe(404);
  });
});
