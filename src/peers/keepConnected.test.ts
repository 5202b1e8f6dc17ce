import { multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepConnected } from './keepConnected.ts';
import { connectRelays } from './relayConnections.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const id = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const other = '12D3KooWCRYvbBcaV4eVvhYGAHdkAyRcuPFC1LNSh17gRbMDzbDX';
const addressOf = (relay: string) => multiaddr(`/ip4/127.0.0.1/tcp/1/ws/p2p/${relay}`);

/** A node whose dials wait until the test ends them. */
class FakeNode extends EventTarget {
  readonly dials: { readonly to: string[]; readonly signal: AbortSignal; succeed(): void; fail(): void }[] = [];
  readonly open = new Set<string>();
  getConnections(peer: { toString(): string }): unknown[] {
    return this.open.has(peer.toString()) ? [{}] : [];
  }
  dial(addresses: readonly { toString(): string }[], { signal }: { signal: AbortSignal }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const to = addresses.map(String);
    signal.addEventListener('abort', () => reject(signal.reason));
    this.dials.push({
      to,
      signal,
      succeed: () => {
        this.open.add(to[0]?.split('/').at(-1) ?? '');
        resolve();
      },
      fail: () => reject(new Error('no answer')),
    });
    return promise;
  }
  lose(peer: string): void {
    this.open.delete(peer);
    this.dispatchEvent(new Event('connection:close'));
  }
}
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

function world() {
  const node = new FakeNode();
  const states: string[] = [];
  let asked = 0;
  const connection = keepConnected({
    libp2p: node as unknown as Libp2p,
    id,
    addresses: async () => {
      asked += 1;
      return [addressOf(id)];
    },
    onChange: (state) => states.push(state),
  });
  return { node, states, connection, asked: () => asked };
}

it('dials, stays, and dials again when the connection is lost', async () => {
  const { node, states, asked } = world();
  await settle();
  expect([node.dials[0]?.to, states]).toEqual([[addressOf(id).toString()], ['connecting']]);
  node.dials[0]?.succeed();
  await settle();
  expect(states).toEqual(['connecting', 'connected']);
  // One of another peer, or one of several, is no loss.
  node.dispatchEvent(new Event('connection:close'));
  await vi.advanceTimersByTimeAsync(100_000);
  expect([states.length, node.dials.length]).toEqual([2, 1]);
  node.lose(id);
  await settle();
  expect(states).toEqual(['connecting', 'connected', 'waiting']);
  await vi.advanceTimersByTimeAsync(499);
  expect(node.dials).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect([node.dials.length, asked()]).toEqual([2, 2]);
  node.dials[1]?.succeed();
  await settle();
  expect(states.slice(3)).toEqual(['connecting', 'connected']);
});

/** Milliseconds until it dials again, after as many failures. */
async function pauses(count: number, jitter: number): Promise<number[]> {
  vi.spyOn(Math, 'random').mockReturnValue(jitter);
  const { node, connection } = world();
  const found: number[] = [];
  await settle();
  for (let failures = 1; failures <= count; failures += 1) {
    node.dials.at(-1)?.fail();
    await settle();
    const before = node.dials.length;
    let waited = 0;
    for (; node.dials.length === before; waited += 125) await vi.advanceTimersByTimeAsync(125);
    found.push(waited);
  }
  connection.stop();
  return found;
}

it('waits twice as long after each failure, up to half a minute, by chance half of it', async () => {
  expect(await pauses(8, 1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(await pauses(8, 0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

it('forgets its failures with a success', async () => {
  const { node } = world();
  await settle();
  for (const pause of [1_000, 2_000]) {
    node.dials.at(-1)?.fail();
    await vi.advanceTimersByTimeAsync(pause);
  }
  node.dials.at(-1)?.succeed();
  await settle();
  node.lose(id);
  await vi.advanceTimersByTimeAsync(500);
  expect(node.dials).toHaveLength(4);
});

it('dials at once when it is woken, and not beside a dial or a connection', async () => {
  const { node, connection } = world();
  connection.wake();
  await settle();
  connection.wake();
  await settle();
  expect(node.dials).toHaveLength(1);
  node.dials[0]?.fail();
  await settle();
  connection.wake();
  await settle();
  expect(node.dials).toHaveLength(2);
  node.dials[1]?.succeed();
  await settle();
  connection.wake();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(node.dials).toHaveLength(2);
});

it.each(['dialling', 'connected', 'waiting'])('ends for good when it is stopped while it is %s', async (moment) => {
  const { node, states, connection } = world();
  await settle();
  if (moment === 'connected') node.dials[0]?.succeed();
  if (moment === 'waiting') node.dials[0]?.fail();
  await settle();
  const before = states.length;
  connection.stop();
  await vi.advanceTimersByTimeAsync(100_000);
  expect([states.length, node.dials.length, vi.getTimerCount()]).toEqual([before, 1, 0]);
  expect(node.dials[0]?.signal.aborted).toBe(true);
  node.lose(id);
  connection.wake();
  await vi.advanceTimersByTimeAsync(100_000);
  expect(node.dials).toHaveLength(1);
});

it('gives a dial fifteen seconds', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  const { connection } = world();
  await settle();
  expect(timeout).toHaveBeenCalledWith(15_000);
  connection.stop();
});

describe('all relays together', () => {
  function relays() {
    const node = new FakeNode();
    let changes = 0;
    const connections = connectRelays({
      libp2p: node as unknown as Libp2p,
      relays: [id, other].map((relay) => ({ id: relay, addresses: [addressOf(relay)] })),
      statusUrl: undefined,
      onChange: () => {
        changes += 1;
      },
    });
    const dialOf = (relay: string) => node.dials.findLast(({ to }) => to[0]?.endsWith(relay));
    return { node, connections, dialOf, changes: () => changes };
  }

  it('are online with one, connecting while one is dialled, and offline when all wait', async () => {
    const { node, connections, dialOf, changes } = relays();
    await settle();
    expect([connections.state(), node.dials.length]).toEqual(['connecting', 2]);
    dialOf(id)?.fail();
    await settle();
    expect(connections.state()).toBe('connecting');
    dialOf(other)?.fail();
    await settle();
    expect(connections.state()).toBe('offline');
    connections.wake();
    await settle();
    expect([connections.state(), node.dials.length]).toEqual(['connecting', 4]);
    dialOf(other)?.succeed();
    await settle();
    expect(connections.state()).toBe('online');
    const before = changes();
    dialOf(id)?.fail();
    await settle();
    expect([connections.state(), changes()]).toEqual(['online', before + 1]);
    connections.stop();
    await vi.advanceTimersByTimeAsync(100_000);
    expect([node.dials.length, vi.getTimerCount()]).toEqual([4, 0]);
  });

  it('without any are offline', () => {
    const none = connectRelays({
      libp2p: new FakeNode() as unknown as Libp2p,
      relays: [],
      statusUrl: undefined,
      onChange: () => undefined,
    });
    expect(none.state()).toBe('offline');
  });
});
