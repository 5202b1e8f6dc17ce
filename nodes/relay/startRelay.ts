// A relay: browsers find each other through it (circuit relay, gossip), nodes that come later learn what was announced, and it
// stores announced bytes while their authors are offline. It has no key but that of its own identity and decides nothing about
// money.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { TributaryError, toTributaryError } from '../../src/lib/errors.ts';
import { openFileState, startNodePeers } from '../../src/peers/node.ts';
import { verifyMessage } from '../../src/settlement/index.ts';
import { createSlots } from './createSlots.ts';
import { pinAnnounced } from './pinAnnounced.ts';
import { openPins } from './pins.ts';
import { serveStatus } from './serveStatus.ts';

export interface RelayParameters {
  /** Folder for identity, blocks, heads and pins; default `.relay`. */
  readonly dataDirectory?: string;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes any free port. Defaults 9101, 9102, 9103. */
  readonly webSocketPort?: number;
  readonly webRtcPort?: number;
  readonly statusPort?: number;
  /** Multiaddrs by which the world reaches this relay, when a proxy stands before it. */
  readonly announce?: readonly string[];
  /** Default 256 MiB. */
  readonly bytesPerOwner?: number;
  /** Default 8 GiB. */
  readonly bytesInTotal?: number;
  readonly onEvent?: (event: RelayEvent) => void;
}

export type RelayEvent =
  | { readonly kind: 'pinned'; readonly what: string; readonly cid: string }
  | {
      readonly kind: 'refused';
      readonly what: string;
      readonly cid: string;
      readonly code: string;
      readonly message: string;
    };

export interface RelayStatus {
  readonly id: string;
  readonly multiaddrs: readonly string[];
  /** Identities only: addresses are nobody else's business. */
  readonly peers: readonly string[];
  readonly heads: number;
  readonly pins: {
    readonly roots: number;
    readonly bytes: number;
    readonly bytesPerOwner: number;
    readonly bytesInTotal: number;
  };
  /** The last 50 announcements that were not taken, newest first. */
  readonly refused: readonly {
    readonly cid: string;
    readonly kind: string;
    readonly code: string;
    readonly message: string;
  }[];
}

export interface Relay {
  readonly id: string;
  readonly multiaddrs: readonly string[];
  readonly statusUrl: string;
  status(): RelayStatus;
  stop(): Promise<void>;
}

const MEBIBYTE = 1 << 20;
const MAX_REFUSED_LISTED = 50;
/** Announcements checked at once: each may wait a minute for its bytes. */
const MAX_CONCURRENT = 8;
const MAX_WAITING = 1_000;

/**
 * Starts a relay. Rejects with `RELAY_PORT_TAKEN`, with what `node:http` says of the status port, or when another relay uses
 * the folder. Without its webrtc-direct port it runs on WebSockets alone. A process should start one relay in its life:
 * the webrtc-direct port is only free again when the process ends.
 */
export async function startRelay(parameters: RelayParameters = {}): Promise<Relay> {
  const {
    dataDirectory = '.relay',
    host = '127.0.0.1',
    webSocketPort = 9101,
    webRtcPort = 9102,
    statusPort = 9103,
    announce = [],
    onEvent,
  } = parameters;
  const quota = {
    bytesPerOwner: parameters.bytesPerOwner ?? 256 * MEBIBYTE,
    bytesInTotal: parameters.bytesInTotal ?? 8 * 1024 * MEBIBYTE,
  };
  await mkdir(dataDirectory, { recursive: true });
  const pinState = await openFileState(path.join(dataDirectory, 'pins'));
  const pins = await openPins(pinState, quota);
  const refused: RelayStatus['refused'][number][] = [];

  const withSlot = createSlots({ concurrent: MAX_CONCURRENT, waiting: MAX_WAITING });

  const family = host.includes(':') ? 'ip6' : 'ip4';
  const node = await startNodePeers({
    folder: dataDirectory,
    listen: [`/${family}/${host}/tcp/${webSocketPort}/ws`, `/${family}/${host}/udp/${webRtcPort}/webrtc-direct`],
    announce,
    async admit(announcement, self) {
      const { cid, kind } = announcement;
      try {
        await withSlot(() => pinAnnounced({ announcement, node: self, pins, verify: verifyMessage }));
        return true;
      } catch (error) {
        const { code, message } = toTributaryError(error);
        refused.unshift({ cid, kind, code, message });
        refused.splice(MAX_REFUSED_LISTED);
        onEvent?.({ kind: 'refused', what: kind, cid, code, message });
        return false;
      }
    },
  });

  let listening = false;
  node.subscribe(({ kind, cid }) => {
    if (listening) onEvent?.({ kind: 'pinned', what: kind, cid });
  });
  listening = true;

  function status(): RelayStatus {
    return {
      id: node.id,
      multiaddrs: node.multiaddrs(),
      peers: [...new Set(node.connections().map(({ peer }) => peer))],
      heads: node.heads().length,
      pins: { roots: pins.list().length, bytes: pins.bytes(), ...quota },
      refused,
    };
  }
  let server: Awaited<ReturnType<typeof serveStatus>>;
  try {
    if (!node.multiaddrs().some((address) => address.includes('/ws'))) {
      throw new TributaryError({
        code: 'RELAY_PORT_TAKEN',
        message: 'The relay cannot listen on its WebSocket port.',
        facts: { host, port: webSocketPort },
        hint: 'Stop the program that uses the port, or choose another with --web-socket-port.',
      });
    }
    server = await serveStatus({ host, port: statusPort, status });
  } catch (error) {
    await node.stop();
    throw error;
  }
  return {
    id: node.id,
    multiaddrs: node.multiaddrs(),
    statusUrl: server.url,
    status,
    async stop() {
      await server.stop();
      await node.stop();
      await pinState.close();
    },
  };
}
