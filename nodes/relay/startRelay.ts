// A relay: browsers find each other through it (circuit relay, gossip), nodes that come later learn what was announced, and it
// stores announced bytes while their authors are offline. It has no key but that of its own identity and decides nothing about
// money.
import { createSocket } from 'node:dgram';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { TributaryError, toTributaryError } from '../../src/lib/errors.ts';
import { createFairQueue, type WithTurn } from '../../src/lib/fairQueue.ts';
import {
  type NodeKeeping,
  type NodePeers,
  type NodePeersParameters,
  openFileState,
  type StateStore,
  startNodePeers,
  type Verdict,
} from '../../src/peers/node.ts';
import { verifyMessage } from '../../src/settlement/index.ts';
import { type BlockSweeper, createBlockSweeper } from './blockSweeper.ts';
import { pinAnnounced, pinKey } from './pinAnnounced.ts';
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
  /** Of one network address, an IPv6 network of 64 bits counting as one; default a quarter of the total. Behind a proxy all have its address. */
  readonly bytesPerAddress?: number | undefined;
  /** Default 8 GiB. */
  readonly bytesInTotal?: number;
  /** As `startNodePeers`. */
  readonly connectionsPerAddress?: number | undefined;
  /** As `startNodePeers`. */
  readonly maxHeads?: NodePeersParameters['maxHeads'];
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
  } & Quota;
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
/** Of the total for one address: authors are as many as one likes, so they do not bound what one place fills. */
const ADDRESS_SHARE = 1 / 4;
/** Announcements checked at once, each of which may wait minutes for its bytes: in all, of one address, of one peer. */
const CONCURRENT = { concurrent: 12, concurrentPerGroup: 4, concurrentPerMember: 2 } as const;
const WAITING = { waiting: 1_000, waitingPerGroup: 300, waitingPerMember: 50 } as const;
/** What passes by itself, and when an author may ask again. */
const RETRY_SECONDS: Readonly<Record<string, number>> = {
  RELAY_BUSY: 20,
  BLOCK_NOT_FOUND: 15,
  STORAGE_FULL: 10,
};

/** What an author is told of a failure. What is not foreseen may pass as well: `refused` is said of what was checked and found wrong. */
function toVerdict(error: unknown): Verdict & { readonly code: string; readonly message: string } {
  const { code, message, facts } = toTributaryError(error);
  const told = Object.entries(facts).filter(
    (fact): fact is [string, string | number] => typeof fact[1] === 'string' || typeof fact[1] === 'number',
  );
  const retryAfterSeconds = RETRY_SECONDS[code];
  const passes = retryAfterSeconds !== undefined || code === 'UNEXPECTED' || code === 'ABORTED';
  const outcome = passes ? 'later' : 'refused';
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

const MAX_PORT = 65_535;

/** Throws `RELAY_SETTING_INVALID`: what is no number would bound nothing. `settings`: by option, with the most that each can be. */
function requireNumbers(settings: Readonly<Record<string, readonly [value: number, most: number]>>): void {
  for (const [option, [value, most]] of Object.entries(settings)) {
    if (value >= 0 && value <= most) continue;
    throw new TributaryError({
      code: 'RELAY_SETTING_INVALID',
      message: `The relay cannot start with --${option} ${value}.`,
      facts: { option, value: String(value), most },
      hint: `Give --${option} a number from 0 to ${most}.`,
    });
  }
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
 * Starts a relay. Rejects with `RELAY_SETTING_INVALID`, with `RELAY_PORT_TAKEN` for any of its three ports, and with `FOLDER_IN_USE`
 * when another relay uses the folder. A process should start one relay in its life: the webrtc-direct port is only free again when the process ends.
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
    maxHeads,
    onEvent,
  } = parameters;
  const bytesInTotal = parameters.bytesInTotal ?? 8 * 1024 * MEBIBYTE;
  const quota: Quota = {
    bytesPerOwner: parameters.bytesPerOwner ?? 256 * MEBIBYTE,
    bytesPerPlace: parameters.bytesPerAddress ?? bytesInTotal * ADDRESS_SHARE,
    bytesInTotal,
  };
  const [maxMebibytes, mebibytes] = [Number.MAX_SAFE_INTEGER / MEBIBYTE, (bytes: number) => bytes / MEBIBYTE];
  requireNumbers({
    'web-socket-port': [webSocketPort, MAX_PORT],
    'web-rtc-port': [webRtcPort, MAX_PORT],
    'status-port': [statusPort, MAX_PORT],
    'mebibytes-per-author': [mebibytes(quota.bytesPerOwner), maxMebibytes],
    'mebibytes-in-total': [mebibytes(quota.bytesInTotal), maxMebibytes],
    'mebibytes-per-address': [mebibytes(quota.bytesPerPlace), maxMebibytes],
    'connections-per-address': [connectionsPerAddress ?? 0, Number.MAX_SAFE_INTEGER],
  });
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
      maxHeads,
      ...(connectionsPerAddress === undefined ? {} : { connectionsPerAddress }),
      keeping: keepingOf({ pins, withTurn, refused, onEvent }),
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

interface KeepingParameters {
  readonly pins: Pins;
  readonly withTurn: WithTurn;
  /** The newest refusals, newest first. */
  readonly refused: RelayStatus['refused'][number][];
  readonly onEvent: RelayParameters['onEvent'];
}

/** What a relay does with announcements: it pins what is sound, and has what it lists. */
function keepingOf({ pins, withTurn, refused, onEvent }: KeepingParameters): NodeKeeping {
  let sweeper: BlockSweeper | undefined;
  const sweeperOf = (node: NodePeers): BlockSweeper => (sweeper ??= createBlockSweeper(node, pins));
  return {
    async opened(listed) {
      const keys = new Set(listed.map(pinKey));
      // What was pinned and not yet listed when the relay was killed: its author was told nothing.
      for (const key of pins.keys()) if (!keys.has(key)) await pins.remove(key);
      return pins.blocks();
    },
    async admit(announcement, place, node) {
      const { cid, kind, provider } = announcement;
      try {
        // Peers that are known through others alone share one turn: nobody vouches that they are many.
        await withTurn({ group: place, member: provider }, () =>
          pinAnnounced({ announcement, place, node, pins, sweeper: sweeperOf(node), verify: verifyMessage }),
        );
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
    isKept: (announcement) => pins.has(pinKey(announcement)),
    forget(announcement, node) {
      const key = pinKey(announcement);
      if (node.heads().some((head) => pinKey(head) === key)) return;
      const removed = pins.remove(key);
      // What a failure leaves on the disk goes at the next start.
      removed.then((blocks) => sweeperOf(node).sweep(blocks)).catch(() => undefined);
    },
  };
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
