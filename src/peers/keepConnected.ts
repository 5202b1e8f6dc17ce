// Keeps a connection to one relay: dials, waits for its end, dials again with growing pauses.
import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import { anySignal } from '../lib/anySignal.ts';
import { TributaryError } from '../lib/errors.ts';

const DIAL_TIMEOUT_MILLISECONDS = 15_000;
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

export interface RelayAddresses {
  readonly id: string;
  readonly addresses: readonly Multiaddr[];
}

function invalid(address: string, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'RELAY_ADDRESS_INVALID',
    message: 'This is not the address of a relay.',
    facts: { address: address.slice(0, 300) },
    hint: 'Copy the whole line that the relay prints; it ends in /p2p/ and the identity of the relay.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Groups multiaddrs by the relay that they lead to. Throws `RELAY_ADDRESS_INVALID`. */
export function parseRelays(texts: readonly string[]): RelayAddresses[] {
  const byId = new Map<string, Multiaddr[]>();
  for (const text of texts) {
    const last = /\/p2p\/([^/]+)$/.exec(text)?.[1];
    if (last === undefined) throw invalid(text);
    try {
      const address = multiaddr(text);
      const id = peerIdFromString(last).toString();
      byId.set(id, [...(byId.get(id) ?? []), address]);
    } catch (cause) {
      throw invalid(text, cause);
    }
  }
  return [...byId].map(([id, addresses]) => ({ id, addresses }));
}

export interface KeepConnectedParameters {
  readonly libp2p: Libp2p;
  readonly id: string;
  /** Addresses to dial, asked anew at each attempt. */
  readonly addresses: () => Promise<readonly Multiaddr[]>;
  readonly onChange: (state: 'connecting' | 'connected' | 'waiting') => void;
}

export interface KeptConnection {
  /** Ends a pause at once: the network or the page is back. */
  wake(): void;
  stop(): void;
}

export function keepConnected({ libp2p, id, addresses, onChange }: KeepConnectedParameters): KeptConnection {
  const peer = peerIdFromString(id);
  const stopped = new AbortController();
  let wake: () => void = () => undefined;

  async function pause(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** Math.min(failures, 10));
    // Half of it by chance, so that the peers of a relay that restarts do not all come in the same instant.
    const milliseconds = longest / 2 + (Math.random() * longest) / 2;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function disconnected(): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!stopped.signal.aborted && libp2p.getConnections(peer).length > 0) return;
        libp2p.removeEventListener('connection:close', check);
        resolve();
      };
      libp2p.addEventListener('connection:close', check);
      stopped.signal.addEventListener('abort', check, { once: true });
      check();
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      onChange('connecting');
      try {
        const signal = anySignal([stopped.signal, AbortSignal.timeout(DIAL_TIMEOUT_MILLISECONDS)]);
        await libp2p.dial([...(await addresses())], { signal });
        failures = 0;
        onChange('connected');
        await disconnected();
      } catch {
        // A relay that is away is a state, not a failure: it shows as "waiting", and the next attempt follows.
        failures += 1;
      }
      if (stopped.signal.aborted) return;
      onChange('waiting');
      await pause(failures);
    }
  }

  void run();
  return {
    wake: () => wake(),
    stop: () => {
      stopped.abort();
      wake();
    },
  };
}
