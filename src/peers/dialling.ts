// Direct connections to the providers of announcements: asked for by name, or opened in the background within limits. It knows
// peers by their identity and dials through a port; it does not know libp2p, relays' own connections or what is announced.
import { abortable } from '../lib/abortable.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import type { PeerConnection } from './types.ts';

const DIAL_TIMEOUT_MILLISECONDS = 20_000;
/** Direct connections that are opened unasked. */
const MAX_DIRECT = 12;
const MAX_CONCURRENT_DIALS = 2;
const MAX_ATTEMPTS = 5;
/** Providers that wait to be dialled: strangers announce under as many names as they like. */
const MAX_WANTED = 64;
/** Pause after the first failure; each further one is twice as long. */
const FIRST_PAUSE_MILLISECONDS = 2_000;

export interface DiallingPorts {
  /** Identity of this node, which is never dialled. */
  readonly id: string;
  readonly isRelay: (peer: string) => boolean;
  readonly connections: () => readonly PeerConnection[];
  /** Number of connections to relays, each of which is a route to any peer. */
  readonly countRoutes: () => number;
  /** Dials `provider` by every route. Rejects when none leads to it. */
  readonly dial: (provider: string, signal: AbortSignal) => Promise<unknown>;
}

export interface Dialling {
  readonly ports: DiallingPorts;
  readonly running: Map<string, Promise<PeerConnection>>;
  /** Providers to connect to in the background, with their failures so far. */
  readonly wanted: Map<string, number>;
  /** Wanted providers that failed a moment ago, with the timer that ends their pause. */
  readonly paused: Map<string, ReturnType<typeof setTimeout>>;
  stopped: boolean;
}

export function createDialling(ports: DiallingPorts): Dialling {
  return { ports, running: new Map(), wanted: new Map(), paused: new Map(), stopped: false };
}

export function findDirectConnection(
  ports: Pick<DiallingPorts, 'connections'>,
  peer: string,
): PeerConnection | undefined {
  return ports.connections().find((connection) => connection.peer === peer && connection.direct);
}

async function dial({ ports }: Dialling, provider: string): Promise<PeerConnection> {
  const unreachable = (cause?: unknown): TributaryError =>
    new TributaryError({
      code: 'PEER_UNREACHABLE',
      message: 'This peer cannot be reached directly.',
      facts: { peer: provider, relays: ports.countRoutes() },
      hint: 'It is offline, or both networks block direct connections; what a relay stores can still be fetched from there.',
      ...(cause === undefined ? {} : { cause }),
    });
  if (provider === ports.id || ports.countRoutes() === 0) throw unreachable();
  try {
    await ports.dial(provider, AbortSignal.timeout(DIAL_TIMEOUT_MILLISECONDS));
  } catch (error) {
    throw unreachable(error);
  }
  const connection = findDirectConnection(ports, provider);
  if (connection === undefined) throw unreachable();
  return connection;
}

/**
 * A direct connection to `provider`: the open one, the one being dialled, or a new one. Throws `PEER_UNREACHABLE`, `ABORTED`: `signal`
 * ends the waiting of who gave it, and the dial goes on for whoever else waits.
 */
export async function connectTo(dialling: Dialling, provider: string, signal?: AbortSignal): Promise<PeerConnection> {
  const { ports, running } = dialling;
  const existing = findDirectConnection(ports, provider);
  if (existing !== undefined) return existing;
  const dialled = running.get(provider) ?? dial(dialling, provider).finally(() => running.delete(provider));
  running.set(provider, dialled);
  try {
    return await abortable(dialled, signal);
  } catch (error) {
    throw toTributaryError(error);
  }
}

function pauseAfterFailure(dialling: Dialling, provider: string, failures: number): void {
  const { wanted, paused, stopped } = dialling;
  if (stopped || failures + 1 >= MAX_ATTEMPTS) {
    wanted.delete(provider);
    return;
  }
  wanted.set(provider, failures + 1);
  const resume = (): void => {
    paused.delete(provider);
    dialWanted(dialling);
  };
  paused.set(provider, setTimeout(resume, FIRST_PAUSE_MILLISECONDS * 2 ** failures));
}

/**
 * Dials wanted providers, within limits. A provider that cannot be reached is not an error, since a relay may have its bytes. A
 * peer that has only just come needs a moment until its relay forwards to it, so each is tried a few times.
 */
export function dialWanted(dialling: Dialling): void {
  const { ports, running, wanted, paused, stopped } = dialling;
  if (stopped || ports.countRoutes() === 0) return;
  const direct = new Set(
    ports
      .connections()
      .filter((connection) => connection.direct && !ports.isRelay(connection.peer))
      .map(({ peer }) => peer),
  );
  for (const [provider, failures] of wanted) {
    if (running.size >= MAX_CONCURRENT_DIALS || direct.size >= MAX_DIRECT) return;
    if (paused.has(provider) || running.has(provider)) continue;
    void connectTo(dialling, provider)
      .then(
        () => wanted.delete(provider),
        () => pauseAfterFailure(dialling, provider, failures),
      )
      .finally(() => dialWanted(dialling));
  }
}

/** Wants a direct connection to `provider`, unless there is one or it is this node or a relay. */
export function offerDial(dialling: Dialling, provider: string): void {
  const { ports, wanted } = dialling;
  if (provider === ports.id || ports.isRelay(provider) || wanted.has(provider)) return;
  if (wanted.size >= MAX_WANTED) return;
  if (findDirectConnection(ports, provider) !== undefined) return;
  wanted.set(provider, 0);
  dialWanted(dialling);
}

export function stopDialling(dialling: Dialling): void {
  dialling.stopped = true;
  for (const timer of dialling.paused.values()) clearTimeout(timer);
  dialling.paused.clear();
}
