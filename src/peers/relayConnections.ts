// Connections to all configured relays, and what they make of the state of this node.
import type { Libp2p } from 'libp2p';
import { keepConnected, type RelayState } from './keepConnected.ts';
import { currentAddresses, type RelayAddresses } from './relayAddresses.ts';
import type { PeersState } from './types.ts';

export interface RelayConnections {
  state(): PeersState;
  /** Ends pauses between attempts, when the network or the page is back. */
  wake(): void;
  stop(): void;
}

export interface ConnectRelaysParameters {
  readonly libp2p: Libp2p;
  readonly relays: Iterable<RelayAddresses>;
  readonly statusUrl: string | undefined;
  readonly onChange: () => void;
}

/** Dials every relay in the background, again whenever it is lost. */
export function connectRelays({ libp2p, relays, statusUrl, onChange }: ConnectRelaysParameters): RelayConnections {
  const states = new Map<string, RelayState>();
  const connections = [...relays].map((relay) => {
    states.set(relay.id, 'connecting');
    return keepConnected({
      libp2p,
      id: relay.id,
      addresses: () => currentAddresses(relay, statusUrl),
      onChange: (state) => {
        states.set(relay.id, state);
        onChange();
      },
    });
  });
  return {
    state() {
      const all = [...states.values()];
      if (all.includes('connected')) return 'online';
      return all.includes('connecting') ? 'connecting' : 'offline';
    },
    wake() {
      for (const connection of connections) connection.wake();
    },
    stop() {
      for (const connection of connections) connection.stop();
    },
  };
}
