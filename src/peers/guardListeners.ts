// Puts a `ConnectionGuard` before the listeners of a node: before that of WebSockets from the first moment of a socket, since libp2p
// counts a connection only after its upgrade; before the others from when libp2p hands it over.
import type { webSockets } from '@libp2p/websockets';
import { addressGroup, type ConnectionGuard, type GuardedConnection, readAddress } from './connectionGuard.ts';

/** The part of libp2p's raw connection that is used. */
interface MultiaddrConnection {
  readonly remoteAddr: { toString(): string };
  abort(error: Error): void;
  addEventListener(event: 'close', listener: () => void, options?: { once?: boolean }): void;
}

interface Socket {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The part of `net.Server` inside libp2p's listener that is used. */
interface SocketServer {
  prependListener(event: 'connection', listener: (socket: Socket) => void): unknown;
}

export interface ListenerGuard {
  /** `transport` with every socket of its listeners under guard. */
  guardWebSockets(transport: ReturnType<typeof webSockets>): ReturnType<typeof webSockets>;
  /** Of libp2p's connection gater: true refuses the connection. */
  readonly gater: {
    denyInboundConnection(connection: MultiaddrConnection): boolean;
    denyInboundUpgradedConnection(peer: unknown, connection: MultiaddrConnection): boolean;
  };
}

/** Host and port of the other end; undefined for a connection through a relay. */
function endOf({ remoteAddr }: MultiaddrConnection): { readonly host: string; readonly key: string } | undefined {
  const address = readAddress(remoteAddr.toString());
  if (address === undefined) return undefined;
  const { host, transport, port } = address;
  return { host, key: `${transport} ${addressGroup(host)} ${port}` };
}

export function guardListeners(guard: ConnectionGuard): ListenerGuard {
  /** By protocol, host and port of the other end. */
  const connections = new Map<string, GuardedConnection>();

  function begin(key: string, host: string, end: () => void): () => void {
    const guarded = guard.begin(host, end);
    connections.set(key, guarded);
    return () => {
      guarded.closed();
      if (connections.get(key) === guarded) connections.delete(key);
    };
  }

  return {
    guardWebSockets: (create) => (components) => {
      const transport = create(components);
      const createListener = transport.createListener.bind(transport);
      transport.createListener = (options) => {
        const listener = createListener(options);
        const { server } = listener as unknown as { readonly server: SocketServer };
        server.prependListener('connection', (socket) => {
          const host = socket.remoteAddress ?? '0.0.0.0';
          const closed = begin(`tcp ${addressGroup(host)} ${socket.remotePort}`, host, () => socket.destroy());
          socket.once('close', closed);
        });
        return listener;
      };
      return transport;
    },
    gater: {
      denyInboundConnection(connection) {
        const end = endOf(connection);
        if (end !== undefined && !connections.has(end.key)) {
          const closed = begin(end.key, end.host, () => connection.abort(new Error('No identity in time')));
          connection.addEventListener('close', closed, { once: true });
        }
        return false;
      },
      denyInboundUpgradedConnection(_, connection) {
        const end = endOf(connection);
        return end !== undefined && connections.get(end.key)?.establish() === false;
      },
    },
  };
}
