import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConnectionGuard, readAddress } from './connectionGuard.ts';
import { guardListeners } from './guardListeners.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world() {
  const guard = createConnectionGuard({
    handshakeMilliseconds: 5_000,
    pendingPerAddress: 4,
    pending: 9,
    openPerAddress: 2,
  });
  const listeners = guardListeners(guard);
  const server = new EventEmitter();
  const order: string[] = [];
  server.on('connection', () => order.push('libp2p'));
  const listener = { server };
  const transport = { createListener: (options: unknown) => ({ ...listener, options }) };
  const guarded = listeners.guardWebSockets(() => transport as never)(undefined as never);
  const made = guarded.createListener({ upgrade: 'options' } as never) as unknown as { options: unknown };
  /** A socket that arrives at the listener of WebSockets. */
  function arrive(port: number, host: string | undefined = '10.0.0.1') {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress: host,
      remotePort: port,
      destroyed: false,
      destroy() {
        socket.destroyed = true;
        socket.emit('close');
      },
    });
    server.emit('connection', socket);
    return socket;
  }
  /** A connection that libp2p hands over. */
  function connection(address: string) {
    const target = new EventTarget();
    return {
      remoteAddr: { toString: () => address },
      aborted: '',
      abort(error: Error) {
        this.aborted = error.message;
      },
      addEventListener: target.addEventListener.bind(target),
      close: () => target.dispatchEvent(new Event('close')),
    };
  }
  return { guard, gater: listeners.gater, arrive, connection, order, made };
}
const tcp = (port: number): string => `/ip4/10.0.0.1/tcp/${port}/ws`;

describe('WebSockets', () => {
  it('are under guard from the first moment, before libp2p hears of them', () => {
    const { guard, arrive, order, made } = world();
    expect(made.options).toEqual({ upgrade: 'options' });
    const socket = arrive(1);
    expect([guard.pending(), order]).toEqual([1, ['libp2p']]);
    vi.advanceTimersByTime(5_000);
    expect([socket.destroyed, guard.pending()]).toEqual([true, 0]);
  });

  it('are not counted twice, stay when they have an identity, and are forgotten when they close', () => {
    const { guard, gater, arrive, connection } = world();
    const socket = arrive(1);
    const handed = connection(tcp(1));
    expect(gater.denyInboundConnection(handed)).toBe(false);
    expect(guard.pending()).toBe(1);
    expect(gater.denyInboundUpgradedConnection('peer', handed)).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect([socket.destroyed, guard.pending()]).toEqual([false, 0]);
    // Two of one address may be open.
    arrive(2);
    arrive(3);
    expect(gater.denyInboundUpgradedConnection('peer', connection(tcp(2)))).toBe(false);
    expect(gater.denyInboundUpgradedConnection('peer', connection(tcp(3)))).toBe(true);
    socket.destroy();
    arrive(4);
    expect(gater.denyInboundUpgradedConnection('peer', connection(tcp(4)))).toBe(false);
  });

  it('of a port that is used again are another connection', () => {
    const { guard, gater, arrive, connection } = world();
    const before = arrive(1);
    const after = arrive(1);
    before.destroy();
    expect(guard.pending()).toBe(1);
    expect(gater.denyInboundConnection(connection(tcp(1)))).toBe(false);
    expect(guard.pending()).toBe(1);
    after.destroy();
    expect(guard.pending()).toBe(0);
  });

  it('of an unknown end count as well', () => {
    const { guard, arrive } = world();
    const socket = arrive(1, undefined);
    expect(guard.pending()).toBe(1);
    socket.destroy();
    expect(guard.pending()).toBe(0);
  });
});

describe('other connections', () => {
  const udp = '/ip4/10.0.0.1/udp/1/webrtc-direct';

  it('are under guard from when libp2p hands them over', () => {
    const { guard, gater, connection } = world();
    const [silent, closed] = [connection(udp), connection('/ip4/10.0.0.1/udp/2/webrtc-direct')];
    expect([gater.denyInboundConnection(silent), gater.denyInboundConnection(closed)]).toEqual([false, false]);
    expect(guard.pending()).toBe(2);
    closed.close();
    expect(guard.pending()).toBe(1);
    vi.advanceTimersByTime(5_000);
    expect([silent.aborted, closed.aborted, guard.pending()]).toEqual(['No identity in time', '', 0]);
    silent.close();
    silent.close();
  });

  it('of the same host and port by another protocol are others', () => {
    const { guard, gater, arrive, connection } = world();
    arrive(1);
    gater.denyInboundConnection(connection(udp));
    expect(guard.pending()).toBe(2);
  });

  it('through a relay are its own affair', () => {
    const { guard, gater, connection } = world();
    const relayed = connection('/ip4/10.0.0.1/tcp/1/ws/p2p/x/p2p-circuit/p2p/y');
    expect([gater.denyInboundConnection(relayed), gater.denyInboundUpgradedConnection('peer', relayed)]).toEqual([
      false,
      false,
    ]);
    expect(guard.pending()).toBe(0);
    expect(gater.denyInboundUpgradedConnection('peer', connection('/ip4/10.0.0.9/tcp/9/ws'))).toBe(false);
  });
});

it.each([
  ['/ip4/192.0.2.1/tcp/80/ws', { host: '192.0.2.1', transport: 'tcp', port: '80' }],
  ['/ip6/2001:db8::1/udp/9/webrtc-direct/p2p/x', { host: '2001:db8::1', transport: 'udp', port: '9' }],
  ['/dns4/relay.example/tcp/443/wss', undefined],
  ['/ip4/192.0.2.1', undefined],
  ['/ip4/192.0.2.1/tcp/80/ws/p2p/x/p2p-circuit', undefined],
  ['', undefined],
])('the network address of %s', (text, read) => {
  expect(readAddress(text)).toEqual(read);
});
