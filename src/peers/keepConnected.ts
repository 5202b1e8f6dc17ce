// Keeps a connection to one relay open: dials, waits until it closes, and dials again after a pause that grows with each failure.
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Libp2p } from 'libp2p';
import { anySignal } from '../lib/anySignal.ts';

const DIAL_TIMEOUT_MILLISECONDS = 15_000;
const FIRST_PAUSE_MILLISECONDS = 500;
const MAX_PAUSE_MILLISECONDS = 30_000;

export type RelayState = 'connecting' | 'connected' | 'waiting';

export interface KeepConnectedParameters {
  readonly libp2p: Libp2p;
  readonly id: string;
  /** Addresses to dial, asked for again before each attempt. */
  readonly addresses: () => Promise<readonly Multiaddr[]>;
  readonly onChange: (state: RelayState) => void;
}

export interface PersistentConnection {
  /** Ends a pause at once, when the network or the page is back. */
  wake(): void;
  stop(): void;
}

export function keepConnected({ libp2p, id, addresses, onChange }: KeepConnectedParameters): PersistentConnection {
  const peer = peerIdFromString(id);
  const stopped = new AbortController();
  let wake: () => void = () => undefined;

  async function pause(failures: number): Promise<void> {
    const ceiling = Math.min(MAX_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** Math.min(failures, 10));
    // Jitter over the upper half: the peers of a relay that restarts must not all dial it at the same moment.
    const milliseconds = ceiling / 2 + (Math.random() * ceiling) / 2;
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
        // A relay that cannot be reached is a state and not an error: it shows as "waiting" until the next attempt.
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
