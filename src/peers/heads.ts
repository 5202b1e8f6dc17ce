// Heads of other nodes: what a peer has learned since the last time, asked for on connection and now and then, since gossip has
// no history and loses messages. It opens streams through a port.
import { type Announcements, flush, learn, markLost } from './announcements.ts';
import { type ClosableStream, pullHeads } from './headsExchange.ts';
import { announcementKey, type HeadsRequest } from './protocol.ts';

const FIRST_PULL_MILLISECONDS = 1_000;
const MAX_PULL_MILLISECONDS = 16_000;
/** Peers whose place in their list is remembered; of the others it is read again. */
const MAX_CURSORS = 1_000;
const START: HeadsRequest = { epoch: '', after: 0 };

export interface HeadsPorts {
  readonly announcements: Announcements;
  readonly isRelay: (peer: string) => boolean;
  /** Relays with a direct connection. */
  readonly connectedRelays: () => readonly string[];
  /** Opens a stream of the heads protocol. */
  readonly open: (peer: string, signal: AbortSignal) => Promise<ClosableStream>;
}

export interface Heads {
  readonly ports: HeadsPorts;
  /** Where each peer's list was read up to. */
  readonly cursors: Map<string, HeadsRequest>;
  readonly pulling: Set<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
  stopped: boolean;
}

export function createHeads(ports: HeadsPorts): Heads {
  return { ports, cursors: new Map(), pulling: new Set(), timer: undefined, stopped: false };
}

/** Learns what `peer` has come to know since the last call. Throws `HEADS_MALFORMED`, `FRAME_*`, or what dialling throws. */
export async function pull({ ports, cursors, pulling }: Heads, peer: string): Promise<void> {
  if (pulling.has(peer)) return;
  pulling.add(peer);
  try {
    const pages = pullHeads((signal) => ports.open(peer, signal), cursors.get(peer) ?? START);
    for await (const page of pages) {
      for (const head of page.heads) await learn(ports.announcements, head, 'heads');
      cursors.delete(peer);
      cursors.set(peer, { epoch: page.epoch, after: page.last });
      if (cursors.size > MAX_CURSORS) cursors.delete(cursors.keys().next().value as string);
      // Of a browser one page a connection: it could list without end.
      if (!ports.isRelay(peer)) break;
    }
  } finally {
    pulling.delete(peer);
  }
}

/** Makes this node's announcements again that a relay does not list any more, for example after it moved to an empty folder. */
export async function announceLost({ ports }: Heads, relay: string): Promise<void> {
  const { announcements, open } = ports;
  if (announcements.own.size === 0) return;
  const listed = new Set<string>();
  for await (const page of pullHeads((signal) => open(relay, signal), START)) {
    for (const head of page.heads) listed.add(announcementKey(head));
  }
  await markLost(announcements, relay, listed);
  await flush(announcements);
}

/**
 * Pulls from all connected relays and sends the queue, soon and then less and less often. Between a relay's first answer and the
 * moment when gossip reaches this node an announcement can be missed; an empty page costs next to nothing and closes that gap.
 */
export function schedulePulls(heads: Heads, delayMilliseconds = FIRST_PULL_MILLISECONDS): void {
  clearTimeout(heads.timer);
  if (heads.stopped) return;
  heads.timer = setTimeout(() => {
    // A relay that goes away is asked again at the next turn, and the queue stays on disk.
    for (const relay of heads.ports.connectedRelays()) pull(heads, relay).catch(() => undefined);
    flush(heads.ports.announcements).catch(() => undefined);
    schedulePulls(heads, Math.min(2 * delayMilliseconds, MAX_PULL_MILLISECONDS));
  }, delayMilliseconds);
}

export function stopHeads(heads: Heads): void {
  heads.stopped = true;
  clearTimeout(heads.timer);
}
