// The wiring of a node over a network in memory: which events of libp2p lead to what.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import type { Cid } from '../lib/units.ts';
import type { Keeping } from './announcements.ts';
import { type CreatePeersParameters, createPeers } from './createPeers.ts';
import type { ClosableStream } from './headsExchange.ts';
import { answerHeads } from './headsExchange.ts';
import { type HeadsLog, openHeadsLog } from './headsLog.ts';
import { encodeAnnouncement } from './protocol.ts';
import { memoryState } from './testing/memoryState.ts';
import { streamPair } from './testing/streamPair.ts';
import type { Announcement, Head } from './types.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const self = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const relay = '12D3KooWCRYvbBcaV4eVvhYGAHdkAyRcuPFC1LNSh17gRbMDzbDX';
const others = [
  '12D3KooWHNBrsHjHnGNJDSXZnU6vzH4oS3nD5hLZTrDZ1vLVu9zq',
  '12D3KooWGRUfKiCsZqQqKzHo5fQEfMzZzLuvrBUsxMJTVFfKfpcG',
  '12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X',
] as const;
const relayAddress = `/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}`;
const [HEADS, ANNOUNCE, TOPIC] = ['/tributary/heads/1.0.0', '/tributary/announce/1.0.0', '/tributary/heads/1'];
const named = (scope: string, kind: Announcement['kind'] = 'contribution'): Announcement => ({ kind, scope, cid });
const peer = (name: string) => ({ toString: () => name });

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

class FakePubsub extends EventTarget {
  readonly topicValidators = new Map();
  subscribers: object[] = [];
  subscribe(): void {}
  getSubscribers(): object[] {
    return this.subscribers;
  }
  async publish() {
    return { recipients: this.subscribers };
  }
}

interface Connection {
  readonly remotePeer: object;
  readonly remoteAddr: object;
  readonly limits?: object;
}

class FakeLibp2p extends EventTarget {
  readonly peerId = peer(self);
  readonly services = { pubsub: new FakePubsub() };
  readonly handled = new Map<string, { readonly handler: unknown; readonly options: unknown }>();
  readonly dials: string[][] = [];
  /** Streams that were opened: of whom, and by which protocol. */
  readonly opened: string[] = [];
  connections: Connection[] = [];
  log: HeadsLog | undefined;
  getConnections(of?: object): Connection[] {
    return this.connections.filter(({ remotePeer }) => of === undefined || String(remotePeer) === String(of));
  }
  async handle(protocol: string, handler: unknown, options: unknown): Promise<void> {
    this.handled.set(protocol, { handler, options });
  }
  dial(addresses: readonly object[], { signal }: { signal: AbortSignal }): Promise<never> {
    this.dials.push(addresses.map(String));
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }
  async dialProtocol(to: object, protocol: string): Promise<ClosableStream> {
    this.opened.push(`${String(to)} ${protocol}`);
    if (this.log === undefined || protocol !== HEADS) throw new Error('no stream');
    const [here, there] = streamPair(64_000);
    void answerHeads(there, this.log);
    return here;
  }
  getMultiaddrs(): object[] {
    return [peer('/ip4/127.0.0.1/tcp/9/ws')];
  }
  connect(name: string, address: string, limits?: object): Connection {
    const connection = {
      remotePeer: peer(name),
      remoteAddr: peer(address),
      ...(limits === undefined ? {} : { limits }),
    };
    this.connections.push(connection);
    this.dispatchEvent(new Event('connection:open'));
    return connection;
  }
  identify(name: string, change: { protocols?: readonly string[]; limits?: object } = {}): void {
    const { protocols = [HEADS], limits } = change;
    this.dispatchEvent(
      new CustomEvent('peer:identify', { detail: { peerId: peer(name), protocols, connection: { limits } } }),
    );
  }
  hear(announcement: Announcement, from: string): void {
    const detail = { topic: TOPIC, data: encodeAnnouncement(announcement), from: peer(from) };
    this.services.pubsub.dispatchEvent(new CustomEvent('message', { detail }));
  }
  /** Of providers, and not of relays by themselves. */
  providerDials(): string[] {
    return this.dials.flat().filter((address) => address.includes('/p2p-circuit/'));
  }
}

async function world(change: Partial<CreatePeersParameters> = {}) {
  const libp2p = new FakeLibp2p();
  const stored: string[] = [];
  const blockstore = {
    has: async () => false,
    async *get(): AsyncGenerator<Uint8Array> {
      await new Promise(() => undefined);
    },
  };
  let closed = 0;
  let woken: (() => void) | undefined;
  const peers = await createPeers({
    helia: { libp2p, blockstore } as never,
    state: memoryState(),
    relays: [relayAddress],
    dialsProviders: true,
    onWake: (wake) => {
      woken = wake;
      return () => {
        woken = undefined;
      };
    },
    close: async () => {
      closed += 1;
    },
    ...change,
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= peers.stop());
  cleanups.push(stop);
  const online = (): Connection => libp2p.connect(relay, relayAddress);
  return { libp2p, peers: { ...peers, stop }, stored, closed: () => closed, woken: () => woken, online };
}
const routeTo = (provider: string): string => `${relayAddress}/p2p-circuit/webrtc/p2p/${provider}`;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('connections', () => {
  it('are told with who they are to, and whether through a relay', async () => {
    const { libp2p, peers, online } = await world();
    online();
    libp2p.connect(others[0], '/ip4/10.0.0.1/tcp/1/ws', { bytes: 1 });
    expect(peers.connections()).toEqual([
      { peer: relay, address: relayAddress, direct: true, kind: 'relay' },
      { peer: others[0], address: '/ip4/10.0.0.1/tcp/1/ws', direct: false, kind: 'browser' },
    ]);
    expect([peers.id, peers.multiaddrs(), peers.heads()]).toEqual([self, ['/ip4/127.0.0.1/tcp/9/ws'], []]);
  });

  it('tell who listens when they change, until nobody listens or the node stops', async () => {
    const { libp2p, peers, closed, woken } = await world();
    let [first, second] = [0, 0];
    const end = peers.onChange(() => {
      first += 1;
    });
    peers.onChange(() => {
      second += 1;
    });
    libp2p.dispatchEvent(new Event('connection:open'));
    libp2p.dispatchEvent(new Event('connection:close'));
    end();
    libp2p.dispatchEvent(new Event('connection:open'));
    expect([first, second, typeof woken()]).toEqual([2, 3, 'function']);
    await peers.stop();
    for (const event of ['connection:open', 'connection:close']) libp2p.dispatchEvent(new Event(event));
    expect([second, closed(), woken()]).toEqual([3, 1, undefined]);
    libp2p.hear(named('late'), others[0]);
    libp2p.identify(relay);
    await settle();
    expect([peers.heads(), libp2p.opened]).toEqual([[], []]);
  });

  it('that cannot be closed are said to be so', async () => {
    const { peers } = await world({ close: () => Promise.reject(new Error('busy')) });
    await expect(peers.stop()).rejects.toThrow('busy');
    cleanups.length = 0;
  });
});

describe('providers', () => {
  it('of rows and adapters are dialled through each relay when they are heard of, those of notes are not', async () => {
    const { libp2p, peers, online } = await world();
    online();
    libp2p.hear(named('a', 'receipt'), others[2]);
    libp2p.hear(named('b', 'adapter'), others[0]);
    libp2p.hear(named('c'), others[1]);
    libp2p.hear(named('d'), self);
    await eventually(() => expect(peers.heads()).toHaveLength(4));
    await eventually(() => expect(libp2p.providerDials()).toEqual([routeTo(others[0]), routeTo(others[1])]));
  });

  it('are dialled by no node that does not dial', async () => {
    const { libp2p, peers, online } = await world({ dialsProviders: false });
    online();
    libp2p.hear(named('a'), others[0]);
    await eventually(() => expect(peers.heads()).toHaveLength(1));
    libp2p.identify(relay);
    void peers.blocks.get(cid, { timeoutMilliseconds: 1 }).catch(() => undefined);
    await settle();
    expect(libp2p.providerDials()).toEqual([]);
  });

  it('that are known from before are dialled when a relay is reached, the newest first, and not of notes', async () => {
    const state = memoryState();
    const log = await openHeadsLog({ state });
    for (const [index, provider] of others.entries())
      await log.add({ ...named(String(index), index === 2 ? 'receipt' : 'contribution'), provider });
    const { libp2p, online } = await world({ state });
    online();
    expect(libp2p.providerDials()).toEqual([]);
    libp2p.identify(relay);
    await eventually(() => expect(libp2p.providerDials()).toEqual([routeTo(others[1]), routeTo(others[0])]));
  });

  it('of a block that is asked for and not here are dialled', async () => {
    const state = memoryState();
    await (await openHeadsLog({ state })).add({ ...named('a', 'receipt'), provider: others[0] });
    const { libp2p, peers, online } = await world({ state });
    online();
    const asking = peers.blocks.get(cid, { timeoutMilliseconds: 50 });
    await expect(asking).rejects.toMatchObject({ code: 'BLOCK_NOT_FOUND', facts: { connections: 1 } });
    expect(libp2p.providerDials()).toEqual([routeTo(others[0])]);
    await expect(peers.connectTo(others[0], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});

describe('lists', () => {
  const listOf = async (): Promise<HeadsLog> => {
    const log = await openHeadsLog({ state: memoryState() });
    await log.add({ ...named('listed'), provider: others[0] });
    return log;
  };

  it('of relays and peers are read when they are known to serve them over a connection of their own', async () => {
    for (const name of [relay, others[0]]) {
      const { libp2p, peers, online } = await world();
      online();
      libp2p.log = await listOf();
      libp2p.identify(name, { limits: {} });
      libp2p.identify(name, { protocols: ['/other'] });
      await settle();
      expect([libp2p.opened, peers.heads()]).toEqual([[], []]);
      libp2p.identify(name);
      await eventually(() => expect(peers.heads()).toEqual([{ ...named('listed'), provider: others[0] }]));
      expect(libp2p.opened[0]).toBe(`${name} ${HEADS}`);
    }
  });

  it('of strangers are not read by who keeps bytes for others', async () => {
    const keeping: Keeping = {
      opened: async () => undefined,
      admit: async () => ({ outcome: 'kept' }),
      isKept: () => true,
      forget: () => undefined,
    };
    const { libp2p, peers } = await world({ keeping });
    libp2p.log = await listOf();
    libp2p.identify(others[0]);
    await settle();
    expect(libp2p.opened).toEqual([]);
    libp2p.identify(relay);
    await eventually(() => expect(peers.heads()).toHaveLength(1));
  });

  it('are served within bounds; and only who keeps bytes says whether it does', async () => {
    const { libp2p } = await world();
    expect([...libp2p.handled].map(([protocol, { options }]) => [protocol, options])).toEqual([
      [HEADS, { maxInboundStreams: 32, maxOutboundStreams: 32 }],
    ]);
    const asked: unknown[] = [];
    const keeper = await world({
      keeping: {
        opened: async () => undefined,
        admit: async (announcement, place) => {
          asked.push([announcement.provider, place]);
          return { outcome: 'kept' };
        },
        isKept: () => true,
        forget: () => undefined,
      },
    });
    expect([...keeper.libp2p.handled.keys()]).toEqual([HEADS, ANNOUNCE]);
    expect(keeper.libp2p.handled.get(ANNOUNCE)?.options).toEqual({ maxInboundStreams: 8 });
    // Where an announcer is counts by its own connection, and not by that of a relay.
    keeper.libp2p.connect(others[0], '/ip4/192.0.2.1/tcp/5/ws');
    keeper.libp2p.connect(others[1], '/ip4/192.0.2.2/tcp/5/ws', { bytes: 1 });
    keeper.libp2p.connect(others[2], `${relayAddress}/p2p-circuit/webrtc`);
    for (const [index, from] of others.entries()) keeper.libp2p.hear(named(String(index)), from);
    keeper.libp2p.hear(named('nobody'), relay);
    await eventually(() => expect(keeper.peers.heads()).toHaveLength(4));
    expect(asked).toEqual([
      [others[0], '192.0.2.1'],
      [others[1], ''],
      [others[2], ''],
      [relay, ''],
    ]);
  });
});

describe('an announcement of this node', () => {
  it('waits where no relay is, and tells who listens', async () => {
    const { peers } = await world();
    let changes = 0;
    peers.onChange(() => {
      changes += 1;
    });
    expect(await peers.announce(named('a'))).toBe('queued');
    expect([peers.pending(), peers.deliveries(), changes > 0]).toEqual([
      [named('a')],
      [{ announcement: named('a'), answers: [] }],
      true,
    ]);
    const heard: Head[] = [];
    peers.subscribe((head) => heard.push(head));
    expect(heard).toMatchObject([{ ...named('a'), provider: self }]);
    await expect(peers.announce(named('x'.repeat(257)))).rejects.toMatchObject({ code: 'ANNOUNCEMENT_INVALID' });
  });

  it('is told to gossip when somebody joins, and to relays that are reached', async () => {
    const { libp2p, peers, online } = await world();
    await peers.announce(named('a'));
    const publish = vi.spyOn(libp2p.services.pubsub, 'publish');
    libp2p.services.pubsub.subscribers = [peer(others[0])];
    libp2p.services.pubsub.dispatchEvent(new Event('subscription-change'));
    await eventually(() => expect(publish).toHaveBeenCalledTimes(1));
    online();
    libp2p.log = await openHeadsLog({ state: memoryState() });
    libp2p.identify(relay);
    await eventually(() => expect(libp2p.opened).toContain(`${relay} ${ANNOUNCE}`));
  });
});

it('knows its relays, and takes no address that is none', async () => {
  const { libp2p, peers } = await world();
  await eventually(() => expect(libp2p.dials).toEqual([[relayAddress]]));
  expect(peers.state()).toBe('connecting');
  await expect(world({ relays: ['nonsense'] })).rejects.toMatchObject({ code: 'RELAY_ADDRESS_INVALID' });
});
