// A relay: browsers find each other through it (circuit relay, gossip), nodes that come later learn what was announced, and it
// stores announced bytes while their authors are offline. It has no key but that of its own identity and decides nothing about
// money.
import { createSocket } from 'node:dgram';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isAbort, TributaryError, toTributaryError } from '../../src/lib/errors.ts';
import { createFairQueue } from '../../src/lib/fairQueue.ts';
import { type NodePeers, openFileState, type StateStore, startNodePeers, type Verdict } from '../../src/peers/node.ts';
import { verifyMessage } from '../../src/settlement/index.ts';
import { pinAnnounced } from './pinAnnounced.ts';
import { openPins, type Pins, type Quota } from './pins.ts';
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
  /** As `startNodePeers`. */
  readonly connectionsPerAddress?: number | undefined;
  readonly onEvent?: (event: RelayEvent) => void;
}

export type RelayEvent =
  | { readonly kind: 'pinned'; readonly what: string; readonly cid: string }
  | {
      /** `later`: for a reason that passes; its author asks again. */
      readonly kind: 'refused' | 'later';
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
/** Announcements checked at once, each of which may wait a minute for its bytes: in all, of one address, of one peer. */
const CONCURRENT = { concurrent: 8, concurrentPerGroup: 6, concurrentPerMember: 2 } as const;
const WAITING = { waiting: 1_000, waitingPerGroup: 300, waitingPerMember: 50 } as const;
/** What passes by itself, and when an author may ask again. */
const RETRY_SECONDS: Readonly<Record<string, number>> = {
  RELAY_BUSY: 20,
  BLOCK_NOT_FOUND: 15,
  STORAGE_FULL: 10,
};

/** The time of an attempt is over: who announced the bytes did not send them. */
const OUT_OF_TIME = { code: 'BLOCK_NOT_FOUND', message: 'No one online has these bytes.', facts: {} } as const;

/** What an author is told of a failure. */
function toVerdict(error: unknown): Verdict & { readonly code: string; readonly message: string } {
  const { code, message, facts } = isAbort(error) ? OUT_OF_TIME : toTributaryError(error);
  const told = Object.entries(facts).filter(
    (fact): fact is [string, string | number] => typeof fact[1] === 'string' || typeof fact[1] === 'number',
  );
  const retryAfterSeconds = RETRY_SECONDS[code];
  const outcome =
    retryAfterSeconds === undefined && error instanceof TributaryError && !isAbort(error) ? 'refused' : 'later';
  return {
    outcome,
    code,
    message,
    facts: Object.fromEntries(told),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function portTaken(option: string, { host, port }: { host: string; port: number }, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'RELAY_PORT_TAKEN',
    message: `The relay cannot listen on port ${port}.`,
    facts: { host, port, option },
    hint: `Stop the program that uses the port, or choose another with --${option}.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Throws `RELAY_PORT_TAKEN`. The listener itself says nothing when another program has its UDP port. */
async function requireUdpPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port, address: host, exclusive: true }, resolve);
    });
  } catch (cause) {
    throw portTaken('web-rtc-port', { host, port }, cause);
  } finally {
    socket.close();
  }
}

/**
 * Starts a relay. Rejects with `RELAY_PORT_TAKEN` for any of its three ports, and with `FOLDER_IN_USE` when another relay uses
 * the folder. A process should start one relay in its life: the webrtc-direct port is only free again when the process ends.
 */
export async function startRelay(parameters: RelayParameters = {}): Promise<Relay> {
  const {
    dataDirectory = '.relay',
    host = '127.0.0.1',
    webSocketPort = 9101,
    webRtcPort = 9102,
    statusPort = 9103,
    announce = [],
    connectionsPerAddress,
    onEvent,
  } = parameters;
  const quota = {
    bytesPerOwner: parameters.bytesPerOwner ?? 256 * MEBIBYTE,
    bytesInTotal: parameters.bytesInTotal ?? 8 * 1024 * MEBIBYTE,
  };
  await mkdir(dataDirectory, { recursive: true });
  await requireUdpPort(host, webRtcPort);
  const pinState = await openFileState(path.join(dataDirectory, 'pins'));
  const refused: RelayStatus['refused'][number][] = [];
  try {
    const pins = await openPins(pinState, quota);
    const withTurn = createFairQueue({
      ...CONCURRENT,
      ...WAITING,
      now: () => performance.now(),
      full: () =>
        new TributaryError({
          code: 'RELAY_BUSY',
          message: 'The relay has too many announcements to check.',
          hint: 'It is asked again in a while.',
        }),
    });
    const family = host.includes(':') ? 'ip6' : 'ip4';
    const node = await startNodePeers({
      folder: dataDirectory,
      listen: [`/${family}/${host}/tcp/${webSocketPort}/ws`, `/${family}/${host}/udp/${webRtcPort}/webrtc-direct`],
      announce,
      ...(connectionsPerAddress === undefined ? {} : { connectionsPerAddress }),
      async admit(announcement, self) {
        const { cid, kind, provider } = announcement;
        try {
          // Peers that are known through others alone share one turn: nobody vouches that they are many.
          const turn = { group: self.addressOf(provider) ?? '', member: provider };
          await withTurn(turn, () => pinAnnounced({ announcement, node: self, pins, verify: verifyMessage }));
          return { outcome: 'kept' };
        } catch (error) {
          const verdict = toVerdict(error);
          const { code, message } = verdict;
          refused.unshift({ cid, kind, code, message });
          refused.splice(MAX_REFUSED_LISTED);
          onEvent?.({ kind: verdict.outcome === 'later' ? 'later' : 'refused', what: kind, cid, code, message });
          return verdict;
        }
      },
    });
    return await serve({
      node,
      pins,
      pinState,
      refused,
      quota,
      settings: { host, webSocketPort, statusPort, onEvent },
    });
  } catch (error) {
    await pinState.close();
    throw error;
  }
}

interface ServeParameters {
  readonly node: NodePeers;
  readonly pins: Pins;
  readonly pinState: StateStore;
  readonly refused: RelayStatus['refused'];
  readonly quota: Quota;
  readonly settings: {
    readonly host: string;
    readonly webSocketPort: number;
    readonly statusPort: number;
    readonly onEvent: RelayParameters['onEvent'];
  };
}

/** The status page and the handle of a running relay. Throws `RELAY_PORT_TAKEN`, and stops the node then. */
async function serve({ node, pins, pinState, refused, quota, settings }: ServeParameters): Promise<Relay> {
  const { host, webSocketPort, statusPort, onEvent } = settings;
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
      pins: { roots: pins.count(), bytes: pins.bytes(), ...quota },
      refused,
    };
  }
  let server: Awaited<ReturnType<typeof serveStatus>>;
  try {
    if (!node.multiaddrs().some((address) => address.includes('/ws'))) {
      throw portTaken('web-socket-port', { host, port: webSocketPort });
    }
    server = await serveStatus({ host, port: statusPort, status }).catch((cause: unknown) => {
      throw portTaken('status-port', { host, port: statusPort }, cause);
    });
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
