import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from '@ipld/dag-cbor';
import { NextToLast } from 'blockstore-fs/sharding';
import { CID } from 'multiformats/cid';
import { setSignEntropy } from 'viem/accounts';
import { afterEach, describe, expect, it } from 'vitest';
import { cidOf } from '../../src/datanet/cids.ts';
import {
  publishAdapter,
  publishContribution,
  type Row,
  readAdapter,
  readContribution,
} from '../../src/datanet/index.ts';
import type { Cid } from '../../src/lib/units.ts';
import {
  type Announcement,
  type NodePeers,
  openFileState,
  type ReceivedAnnouncement,
  type RelayAnswer,
  startNodePeers,
  type Witness,
} from '../../src/peers/node.ts';
import { announcementKey } from '../../src/peers/protocol.ts';
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
  /** Resolves with what came of this CID in the end: bytes that a busy machine sends late are asked for again. */
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
        const found = events.find((event) => event.cid === cid && event.kind !== 'later');
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

/** Resolves at the next change of connections, state or answers. */
function changed(peers: NodePeers): Promise<void> {
  return new Promise((resolve) => {
    const end = peers.onChange(() => {
      end();
      resolve();
    });
  });
}

async function online(peers: NodePeers): Promise<void> {
  while (peers.state() !== 'online') await changed(peers);
}

/** Resolves when a relay keeps everything that this peer announced, or all of it that `isMeant`. */
async function settled(peers: NodePeers, isMeant: (announcement: Announcement) => boolean = () => true): Promise<void> {
  while (peers.pending().some(isMeant)) await changed(peers);
}

/** Announces, and waits for a relay that keeps it, which on a busy machine may take longer than `announce` waits. */
async function announceAndKeep(peers: NodePeers, announcement: Announcement): Promise<void> {
  await peers.announce(announcement);
  await settled(peers, ({ cid }) => cid === announcement.cid);
}

/** Announces, and waits for what the relay says in the end, which on a busy machine may take longer than `announce` waits. */
async function announceAndHear(peers: NodePeers, announcement: Announcement): Promise<RelayAnswer> {
  await peers.announce(announcement);
  const key = announcementKey(announcement);
  for (;;) {
    const delivery = peers.deliveries().find((each) => announcementKey(each.announcement) === key);
    const answer = delivery?.answers.find(({ outcome }) => outcome !== 'later');
    if (answer !== undefined) return answer;
    await changed(peers);
  }
}

/** Resolves when it is so: on a busy machine in its own time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
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

/** Where a relay stores a block. */
function fileOf(data: string, block: Cid): string {
  const { dir, file } = new NextToLast().encode(CID.parse(block));
  return path.join(data, 'blocks', dir, file);
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
    await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
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
    await settled(again);
    expect(again.deliveries()[0]?.answers).toMatchObject([{ relay: relay.id, outcome: 'kept' }]);
  });

  it('keeps adapters whole', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    const weights = Uint8Array.from(
      { length: 2_500_000 },
      (_, index) => (index * 7 + (index >> 8) * 13 + (index >> 16) * 5) % 256,
    );
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
    // Weights and index, the inner nodes of their files, and the manifest: what is stored, not what the manifest states.
    expect(relay.status().pins.bytes).toBeGreaterThan(2_500_001);
    expect(relay.status().pins.bytes).toBeLessThan(2_503_000);
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

it('lists a contribution that it keeps under no other Datanet', async () => {
  const relay = await relayAt(await folder());
  const alice = await peerAt(await folder(), webSocketOf(relay));
  await online(alice);
  const cid = await contribute(alice, 'facts', rowsOf('listed', 3));
  await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
  expect(await announceAndHear(alice, { kind: 'contribution', scope: 'elsewhere', cid })).toMatchObject({
    outcome: 'refused',
    code: 'SCOPE_MISMATCH',
  });
  expect(relay.events.at(-1)).toMatchObject({ kind: 'refused', code: 'SCOPE_MISMATCH', cid });
  expect(relay.status()).toMatchObject({ heads: 1, pins: { roots: 1 } });
});

it('makes an announcement again that the relay has lost', async () => {
  const first = await relayAt(await folder());
  const at = await folder();
  const alice = await peerAt(at, webSocketOf(first));
  await online(alice);
  const cid = await contribute(alice, 'facts', rowsOf('lost'));
  await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
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
    facts: { host: '127.0.0.1', port, option: 'web-socket-port' },
  });
  expect((await relayAt(at)).status().heads).toBe(0);
});

/** A CID of bytes that exist nowhere. */
async function nobodyHas(name: string): Promise<Cid> {
  return cidOf(new TextEncoder().encode(name), 'dag-cbor');
}

describe('one peer slows only itself', () => {
  it('announcements of bytes that nobody has keep nobody else waiting', async () => {
    const relay = await relayAt(await folder());
    const [bad, honest] = [
      await peerAt(await folder(), webSocketOf(relay)),
      await peerAt(await folder(), webSocketOf(relay)),
    ];
    await Promise.all([online(bad), online(honest)]);
    for (let index = 0; index < 60; index += 1) {
      void bad.announce({ kind: 'contribution', scope: 'net', cid: await nobodyHas(`nobody ${index}`) });
    }
    await until(() => bad.pending().length === 60);
    const cid = await contribute(honest, 'facts', rowsOf('honest'));
    await announceAndKeep(honest, { kind: 'contribution', scope: 'facts', cid });
    // Not one of the others was given up before: the honest one had a turn of its own.
    const given = relay.events.filter((event) => event.kind === 'pinned' || event.code !== 'RELAY_BUSY');
    expect(given.map((event) => event.cid)).toEqual([cid]);
  });

  it('sockets that say nothing keep nobody out, and are ended', async () => {
    const relay = await relayAt(await folder());
    const [address = ''] = webSocketOf(relay);
    const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
    const upgrade =
      'GET / HTTP/1.1\r\nHost: r\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
    // Some say nothing at all, some stop after the upgrade; together more than are allowed to one address.
    const silent = Array.from({ length: 90 }, (_, index) => {
      const socket = connect(port, '127.0.0.1').resume();
      socket.on('error', () => undefined);
      if (index % 2 === 0) socket.on('connect', () => socket.write(upgrade));
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      return { socket, closed };
    });
    cleanups.push(async () => silent.forEach(({ socket }) => void socket.destroy()));
    const newcomer = await peerAt(await folder(), webSocketOf(relay));
    await online(newcomer);
    expect(newcomer.state()).toBe('online');
    await Promise.all(silent.map(({ closed }) => closed));
    expect(relay.status().peers).toEqual([newcomer.id]);
  });
});

describe('what an author is told', () => {
  it('that no relay keeps it, and why, until one does; the answer survives a restart of the author', async () => {
    const data = await folder();
    const full = await relayAt(data, { bytesPerOwner: 2_000 });
    const webSocketPort = Number(/\/tcp\/(\d+)/.exec(webSocketOf(full)[0] ?? '')?.[1]);
    const at = await folder();
    const alice = await peerAt(at, webSocketOf(full));
    await online(alice);
    const cid = await contribute(alice, 'facts', rowsOf('large', 200));
    await announceAndHear(alice, { kind: 'contribution', scope: 'facts', cid });
    expect(alice.pending()).toHaveLength(1);
    const answer = {
      relay: full.id,
      outcome: 'refused',
      code: 'QUOTA_EXCEEDED',
      facts: { scope: 'owner', limit: 2_000 },
      failures: 1,
    };
    expect(alice.deliveries()).toMatchObject([{ announcement: { cid }, answers: [answer] }]);
    await alice.stop();
    await full.end();

    const again = await peerAt(at, webSocketOf(full));
    expect(again.deliveries()).toMatchObject([{ announcement: { cid }, answers: [answer] }]);
    expect(again.pending()).toHaveLength(1);
    await relayAt(data, { webSocketPort });
    await settled(again);
    expect(again.deliveries()).toMatchObject([{ answers: [{ relay: full.id, outcome: 'kept', failures: 0 }] }]);
  });

  it('how many relays keep it, each of which is asked', async () => {
    const relays = [await relayAt(await folder()), await relayAt(await folder(), { bytesPerOwner: 1_000 })];
    const alice = await peerAt(await folder(), relays.flatMap(webSocketOf));
    await until(() => alice.connections().length === 2);
    const cid = await contribute(alice, 'facts', rowsOf('two', 100));
    await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
    const said = () => alice.deliveries()[0]?.answers.map(({ outcome }) => outcome) ?? [];
    await until(() => said().length === 2 && !said().includes('later'));
    expect(said().sort()).toEqual(['kept', 'refused']);
  });
});

describe('who was first', () => {
  it('is witnessed by the relay, in times that only grow, and everybody learns it', async () => {
    const data = await folder();
    const first = await relayAt(data);
    const alice = await peerAt(await folder(), webSocketOf(first));
    await online(alice);
    const told: Witness[] = [];
    alice.onWitness((_, witnesses) => told.push(...witnesses));
    const rows = rowsOf('hers');
    const original = await contribute(alice, 'facts', rows);
    await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid: original });
    expect(told).toMatchObject([{ cid: original, relay: first.id, sequence: 1 }]);
    await first.end();
    const second = await relayAt(data, {
      webSocketPort: Number(/\/tcp\/(\d+)/.exec(webSocketOf(first)[0] ?? '')?.[1]),
    });
    const thief = await peerAt(await folder(), webSocketOf(second));
    await online(thief);
    const { cid: copy } = await publishContribution({
      datanetId: 'facts',
      rows,
      licence: 'CC0-1.0',
      signer: createTestSigner(2),
      blocks: thief.blocks,
      timestamp: 0,
    });
    await announceAndKeep(thief, { kind: 'contribution', scope: 'facts', cid: copy });
    await thief.stop();
    const carol = await peerAt(await folder(), webSocketOf(second));
    const [hers, copied] = [await announced(carol, original), await announced(carol, copy)];
    expect(copied.witnesses?.[0]?.sequence).toBe(2);
    expect(hers.witnesses).toEqual(told);
    expect(copied.witnesses?.[0]?.time).toBeGreaterThan(told[0]?.time ?? Number.POSITIVE_INFINITY);
    // Who is configured with another relay takes no word of this one.
    const other = await relayAt(await folder());
    const dave = await peerAt(await folder(), [...webSocketOf(other)]);
    await online(dave);
    const his = await contribute(dave, 'facts', rowsOf('x'));
    await announceAndKeep(dave, { kind: 'contribution', scope: 'facts', cid: his });
    expect(dave.heads()[0]?.witnesses?.map(({ relay }) => relay)).toEqual([other.id]);
  });

  it('a copy under a changed signature is refused, and the same statement signed again is kept and charged once', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const cid = await contribute(alice, 'facts', rowsOf('victim'));
    await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
    const { bytes } = relay.status().pins;
    const header = decode<Record<string, unknown> & { sig: Uint8Array }>(await alice.blocks.get(cid));
    const flipped = Uint8Array.from(header.sig, (byte, index) => (index === 64 ? byte - 27 : byte));
    const copy = await alice.blocks.put(encode({ ...header, sig: flipped }), 'dag-cbor');
    await alice.announce({ kind: 'contribution', scope: 'facts', cid: copy });
    expect(await relay.event(copy)).toMatchObject({ kind: 'refused', code: 'SIGNATURE_NOT_CANONICAL' });

    // Its author can sign the same bytes with another nonce; both signatures are canonical.
    const { sig: _, ...body } = header;
    // For the rest of this process, which is this file's own (vitest.config.ts): viem has no way back.
    setSignEntropy(true);
    const signature = await createTestSigner(1).signMessage(encode(body) as never);
    const sig = new Uint8Array(Buffer.from(signature.slice(2), 'hex'));
    expect(sig).not.toEqual(header.sig);
    const twice = await alice.blocks.put(encode({ ...header, sig }), 'dag-cbor');
    await alice.announce({ kind: 'contribution', scope: 'facts', cid: twice });
    expect(await relay.event(twice)).toMatchObject({ kind: 'refused', code: 'STATEMENT_KNOWN' });
    expect(relay.status().pins).toMatchObject({ roots: 1, bytes });
  });
});

it('charges what it stored, and not what a document states', async () => {
  const relay = await relayAt(await folder(), { bytesInTotal: 40_000, bytesPerAddress: 40_000, bytesPerOwner: 30_000 });
  const [liar, honest] = [
    await peerAt(await folder(), webSocketOf(relay)),
    await peerAt(await folder(), webSocketOf(relay)),
  ];
  await Promise.all([online(liar), online(honest)]);
  for (let by = 10; by < 16; by += 1) {
    // A header that states much and whose rows nobody has.
    const small = await contribute(liar, 'facts', rowsOf(`small ${by}`, 5), by);
    const { sig: _, ...body } = decode<Record<string, unknown>>(await liar.blocks.get(small));
    const stated = { ...body, bytes: 29_000, rows: [CID.parse(await cidOf(new Uint8Array([by]), 'raw'))] };
    const sig = Buffer.from((await createTestSigner(by).signMessage(encode(stated) as never)).slice(2), 'hex');
    const cid = await liar.blocks.put(encode({ ...stated, sig: new Uint8Array(sig) }), 'dag-cbor');
    void liar.announce({ kind: 'contribution', scope: 'facts', cid });
  }
  const cid = await contribute(honest, 'facts', rowsOf('honest'));
  await announceAndKeep(honest, { kind: 'contribution', scope: 'facts', cid });
  expect(relay.status().refused.map(({ code }) => code)).not.toContain('QUOTA_EXCEEDED');
});

it('receipts of peers, whose names are free, leave room for contributions', async () => {
  const relay = await relayAt(await folder(), {
    bytesInTotal: 64_000,
    bytesPerAddress: 64_000,
    bytesPerOwner: 160_000,
  });
  const alice = await peerAt(await folder(), webSocketOf(relay));
  await online(alice);
  const codes: string[] = [];
  for (let index = 0; index < 11; index += 1) {
    const cid = await alice.blocks.put(Uint8Array.of(...encode({ index })), 'dag-cbor');
    await alice.announce({ kind: 'receipt', scope: '', cid });
    const event = await relay.event(cid);
    codes.push(event.kind === 'pinned' ? event.kind : event.code);
  }
  // 160,000 bytes of an owner, a sixteenth of it for a peer, 1,024 for the smallest.
  expect(codes).toEqual([...Array.from({ length: 9 }, () => 'pinned'), 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
  const cid = await contribute(alice, 'facts', rowsOf('room'));
  await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
});

describe('one place takes no more than its share', () => {
  it('of what the relay stores, under however many authors', async () => {
    const relay = await relayAt(await folder(), { bytesInTotal: 40_000 });
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const codes: string[] = [];
    for (let by = 10; by < 16; by += 1) {
      const cid = await contribute(alice, 'facts', rowsOf(`author ${by}`, 50), by);
      const { outcome, code = outcome } = await announceAndHear(alice, { kind: 'contribution', scope: 'facts', cid });
      codes.push(code);
    }
    expect(codes).toEqual(['kept', 'kept', 'kept', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
    expect(alice.deliveries().at(-1)?.answers).toMatchObject([
      { code: 'QUOTA_EXCEEDED', facts: { scope: 'place', limit: 10_000 } },
    ]);
  });

  it('of its list: a head that gives way takes its bytes with it, where no other head needs them', async () => {
    const data = await folder();
    const relay = await relayAt(data, { maxHeads: { contribution: 2 } });
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const rows = rowsOf('shared');
    const cids: Cid[] = [];
    // The same rows by two authors: one shard, which is needed as long as one of them is listed.
    for (const by of [10, 11]) cids.push(await contribute(alice, 'facts', rows, by));
    for (const by of [12, 13]) cids.push(await contribute(alice, 'facts', rowsOf(`author ${by}`), by));
    const [shard = ''] = (await readContribution({ cid: cids[0] as Cid, blocks: alice.blocks, verify })).header.rows;
    for (const [index, cid] of cids.entries()) {
      await alice.announce({ kind: 'contribution', scope: 'facts', cid });
      await until(
        () =>
          relay.status().pins.roots === Math.min(index + 1, 2) &&
          existsSync(fileOf(data, cids[0] as Cid)) === index < 2 &&
          existsSync(fileOf(data, shard as Cid)) === index < 3,
      );
    }
    const { bytes } = relay.status().pins;
    await relay.end();
    // What is charged is what is stored, before and after a restart.
    const again = await relayAt(data);
    expect(again.status()).toMatchObject({ heads: 2, pins: { roots: 2, bytes } });
  });
});

describe('the same bytes', () => {
  it('of a contribution that somebody announces as a receipt are no contribution: its rows are fetched', async () => {
    const relay = await relayAt(await folder());
    const [thief, alice] = [
      await peerAt(await folder(), webSocketOf(relay)),
      await peerAt(await folder(), webSocketOf(relay)),
    ];
    await Promise.all([online(thief), online(alice)]);
    const rows = rowsOf('hers');
    const cid = await contribute(alice, 'facts', rows);
    await thief.blocks.put(await alice.blocks.get(cid), 'dag-cbor');
    await announceAndKeep(thief, { kind: 'receipt', scope: '', cid });
    await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
    await Promise.all([alice.stop(), thief.stop()]);
    const bob = await peerAt(await folder(), webSocketOf(relay));
    await online(bob);
    expect((await readContribution({ cid, blocks: bob.blocks, verify })).rows).toEqual(rows);
  });

  it('under the name of another codec are not deleted when that is refused', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const rows = rowsOf('large', 2_000);
    const cid = await contribute(alice, 'facts', rows);
    await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid });
    const [shard] = (await readContribution({ cid, blocks: alice.blocks, verify })).header.rows;
    const named = await alice.blocks.put(await alice.blocks.get(shard as Cid), 'dag-cbor');
    await alice.announce({ kind: 'voucher', scope: '', cid: named });
    expect(await relay.event(named)).toMatchObject({ kind: 'refused', code: 'NOTE_TOO_LARGE' });
    await alice.stop();
    const bob = await peerAt(await folder(), webSocketOf(relay));
    await online(bob);
    expect((await readContribution({ cid, blocks: bob.blocks, verify })).rows).toEqual(rows);
  });

  it('announced by two at once are pinned and charged once, and so is what an author signed twice', async () => {
    const data = await folder();
    const relay = await relayAt(data);
    const [alice, bob] = [
      await peerAt(await folder(), webSocketOf(relay)),
      await peerAt(await folder(), webSocketOf(relay)),
    ];
    await Promise.all([online(alice), online(bob)]);
    const signed = async (peers: NodePeers): Promise<Cid> => {
      // viem signs with another nonce each time from here on, for the rest of this process, which is this file's own.
      setSignEntropy(true);
      return contribute(peers, 'facts', rowsOf('same', 3_000));
    };
    const [one, other] = [await signed(alice), await signed(bob)];
    expect(other).not.toBe(one);
    for (const block of (await readContribution({ cid: one, blocks: alice.blocks, verify })).header.rows)
      await bob.blocks.put(await alice.blocks.get(block), 'raw');
    await bob.blocks.put(await alice.blocks.get(one), 'dag-cbor');
    const [receipt] = await Promise.all([alice, bob].map((peers) => peers.blocks.put(encode({ paid: 1 }), 'dag-cbor')));
    await Promise.all([
      announceAndHear(alice, { kind: 'contribution', scope: 'facts', cid: one }),
      announceAndHear(bob, { kind: 'contribution', scope: 'facts', cid: one }),
      announceAndHear(bob, { kind: 'contribution', scope: 'facts', cid: other }),
      announceAndHear(alice, { kind: 'receipt', scope: '', cid: receipt as Cid }),
      announceAndHear(bob, { kind: 'receipt', scope: '', cid: receipt as Cid }),
    ]);
    const decided = relay.events.filter(({ kind }) => kind !== 'later');
    const codes = decided.map((event) => (event.kind === 'pinned' ? 'pinned' : event.code)).toSorted();
    expect(codes).toEqual(['STATEMENT_KNOWN', 'pinned', 'pinned']);
    const { header } = await readContribution({ cid: one, blocks: alice.blocks, verify });
    const headerBytes = (await alice.blocks.get(one)).byteLength;
    const stored = { roots: 2, bytes: header.bytes + headerBytes + 1_024 };
    expect(relay.status()).toMatchObject({ heads: 2, pins: stored });
    await relay.end();
    expect((await relayAt(data)).status()).toMatchObject({ heads: 2, pins: stored });
  });
});

describe('bytes that come late', () => {
  it('are kept in the end: who was asked too early is asked again', async () => {
    const relay = await relayAt(await folder());
    const at = await folder();
    const alice = await peerAt(at, webSocketOf(relay));
    await online(alice);
    const cid = await contribute(alice, 'facts', rowsOf('late'));
    const header = await alice.blocks.get(cid);
    await alice.deleteBlocks([cid]);
    expect(await alice.announce({ kind: 'contribution', scope: 'facts', cid })).toBe('queued');
    await until(() => alice.deliveries()[0]?.answers.length === 1);
    expect(alice.deliveries()[0]?.answers).toMatchObject([{ outcome: 'later', code: 'BLOCK_NOT_FOUND' }]);
    await alice.blocks.put(header, 'dag-cbor');
    await alice.stop();
    // At once at the next connection; otherwise after 15 s.
    const again = await peerAt(at, webSocketOf(relay));
    await settled(again);
    expect(again.deliveries()).toMatchObject([{ answers: [{ relay: relay.id, outcome: 'kept' }] }]);
  });

  it('are no reason to refuse rows, when it is the description of their Datanet that does not come', async () => {
    const relay = await relayAt(await folder());
    const alice = await peerAt(await folder(), webSocketOf(relay));
    await online(alice);
    const datanet = await cidOf(new TextEncoder().encode('{"name":"Nobody has it"}'), 'raw');
    const cid = await contribute(alice, datanet, rowsOf('orphan', 3));
    await announceAndKeep(alice, { kind: 'contribution', scope: datanet, cid });
  });
});

it('deletes at its start what a kill left: blocks of nothing, and pins that nobody was told of', async () => {
  const data = await folder();
  const relay = await relayAt(data);
  const alice = await peerAt(await folder(), webSocketOf(relay));
  await online(alice);
  const kept = await contribute(alice, 'facts', rowsOf('kept'));
  await announceAndKeep(alice, { kind: 'contribution', scope: 'facts', cid: kept });
  const { bytes } = relay.status().pins;
  await alice.stop();
  await relay.end();
  const state = await openFileState(path.join(data, 'pins'));
  const [[, pin] = []] = await state.entries();
  const orphan = await cidOf(new Uint8Array([1]), 'dag-cbor');
  await state.put(orphan, encode({ ...decode<object>(pin as Uint8Array), statement: 'other', blocks: [orphan] }));
  await state.close();
  const file = fileOf(data, orphan);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'left');
  await writeFile(path.join(path.dirname(file), '.half.data.tmp'), 'half');
  const again = await relayAt(data);
  expect(again.status().pins).toMatchObject({ roots: 1, bytes });
  expect(existsSync(file)).toBe(false);
  expect(await readdir(path.dirname(file))).toEqual([]);
  const bob = await peerAt(await folder(), webSocketOf(again));
  expect(await announced(bob, kept)).toMatchObject({ via: 'heads' });
  expect((await readContribution({ cid: kept, blocks: bob.blocks, verify })).rows).toHaveLength(50);
});

it.each<[string, RelayParameters, string]>([
  ['web-socket-port', { webSocketPort: 65_536 }, '65536'],
  ['web-rtc-port', { webRtcPort: -1 }, '-1'],
  ['status-port', { statusPort: Number.NaN }, 'NaN'],
  ['mebibytes-per-author', { bytesPerOwner: Number.NaN }, 'NaN'],
  ['mebibytes-per-address', { bytesPerAddress: -1_048_576 }, '-1'],
  ['mebibytes-in-total', { bytesInTotal: Number.POSITIVE_INFINITY }, 'Infinity'],
  ['connections-per-address', { connectionsPerAddress: Number.NaN }, 'NaN'],
])('does not start with a %s that bounds nothing', async (option, parameters, value) => {
  await expect(relayAt(await folder(), parameters)).rejects.toMatchObject({
    code: 'RELAY_SETTING_INVALID',
    facts: { option, value },
  });
});

describe('what another program has', () => {
  it.each(['status-port', 'web-rtc-port'] as const)('a taken %s is said, and the folder is let go', async (option) => {
    const udp = createSocket('udp4');
    const tcp = createServer();
    if (option === 'web-rtc-port') await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    else await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    cleanups.push(async () => (option === 'web-rtc-port' ? udp.close() : tcp.close()));
    const { port } = option === 'web-rtc-port' ? udp.address() : (tcp.address() as AddressInfo);
    const at = await folder();
    const parameters = option === 'web-rtc-port' ? { webRtcPort: port } : { statusPort: port };
    await expect(relayAt(at, parameters)).rejects.toMatchObject({
      code: 'RELAY_PORT_TAKEN',
      facts: { host: '127.0.0.1', port, option },
    });
    expect((await relayAt(at)).status().heads).toBe(0);
  });

  it('a folder in use is said', async () => {
    const at = await folder();
    await relayAt(at);
    await expect(relayAt(at)).rejects.toMatchObject({ code: 'FOLDER_IN_USE' });
  });
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
});
