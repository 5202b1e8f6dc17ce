// Connections that have not said who they are yet. Each has a short time for it, and each address a limited number of them, so that
// sockets that stay silent keep nobody out: past the limit the oldest of the same address gives way. It knows addresses and a way
// to end a connection, not what a connection is. Units: milliseconds.

export interface ConnectionGuardParameters {
  /** Time from the first byte's socket to a proven identity. */
  readonly handshakeMilliseconds: number;
  /** Connections without an identity: of one address, and of all. */
  readonly pendingPerAddress: number;
  readonly pending: number;
  /** Connections with an identity of one address. */
  readonly openPerAddress: number;
}

export interface GuardedConnection {
  /** It has proven an identity. False when its address has too many such connections: the caller ends it. */
  establish(): boolean;
  closed(): void;
}

export interface ConnectionGuard {
  /** A connection begins; `end` may be called later, once. */
  begin(address: string, end: () => void): GuardedConnection;
  pending(): number;
}

interface Pending {
  readonly address: string;
  readonly end: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** What counts as one address: all of an IPv6 network that one customer is given. */
export function addressGroup(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  if (mapped !== undefined) return mapped;
  if (!host.includes(':')) return host;
  const [head = '', tail] = host.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const parts = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${parts
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}

/** Host, transport and port of a multiaddr; undefined where it names no IP address, or leads through a relay. */
export function readAddress(
  multiaddr: string,
): { readonly host: string; readonly transport: string; readonly port: string } | undefined {
  const [, host, transport, port] = /^\/ip[46]\/([^/]+)\/(tcp|udp)\/(\d+)/.exec(multiaddr) ?? [];
  if (host === undefined || transport === undefined || port === undefined) return undefined;
  return multiaddr.includes('/p2p-circuit') ? undefined : { host, transport, port };
}

export function createConnectionGuard(parameters: ConnectionGuardParameters): ConnectionGuard {
  const { handshakeMilliseconds, pendingPerAddress, openPerAddress } = parameters;
  /** Oldest first. */
  const pending = new Set<Pending>();
  const byAddress = new Map<string, Set<Pending>>();
  const open = new Map<string, number>();

  const forget = (connection: Pending): void => {
    clearTimeout(connection.timer);
    pending.delete(connection);
    const own = byAddress.get(connection.address);
    own?.delete(connection);
    if (own?.size === 0) byAddress.delete(connection.address);
  };
  const drop = (connection: Pending | undefined): void => {
    if (connection === undefined) return;
    forget(connection);
    connection.end();
  };
  const busiest = (): Pending | undefined => {
    let most: Set<Pending> | undefined;
    for (const own of byAddress.values()) if (own.size > (most?.size ?? 0)) most = own;
    return most?.values().next().value;
  };

  return {
    begin(host, end) {
      const address = addressGroup(host);
      const connection: Pending = {
        address,
        end,
        timer: setTimeout(() => drop(connection), handshakeMilliseconds),
      };
      const own = byAddress.get(address) ?? new Set();
      byAddress.set(address, own);
      own.add(connection);
      pending.add(connection);
      if (own.size > pendingPerAddress) drop(own.values().next().value);
      if (pending.size > parameters.pending) drop(busiest());
      let established = false;
      return {
        establish() {
          if (established) return true;
          forget(connection);
          if ((open.get(address) ?? 0) >= openPerAddress) return false;
          established = true;
          open.set(address, (open.get(address) ?? 0) + 1);
          return true;
        },
        closed() {
          forget(connection);
          if (!established) return;
          established = false;
          const left = (open.get(address) ?? 1) - 1;
          if (left === 0) open.delete(address);
          else open.set(address, left);
        },
      };
    },
    pending: () => pending.size,
  };
}
