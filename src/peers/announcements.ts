// What this node announces and what it learns from others: the queue of announcements that no relay has taken yet, its own of
// earlier, and the one way in which an announcement of anyone becomes known. Gossip is a port; disk is a `StateStore`.
import type { Cid } from '../lib/units.ts';
import type { Gossip } from './gossip.ts';
import { type Head, type HeadsLog, openHeadsLog } from './headsLog.ts';
import { announcementKey, decodeHead, encodeAnnouncement, encodeHead } from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import type { Announcement, ReceivedAnnouncement } from './types.ts';

const QUEUE_PREFIX = 'pending/';
const OWN_PREFIX = 'own/';
/** Own announcements that are made again when a relay does not know them. */
const MAX_OWN = 500;
/** Time that a new connection needs until it carries gossip. */
const GOSSIP_START_MILLISECONDS = 3_000;

export interface AnnouncementsPorts {
  /** Identity of this node. */
  readonly id: string;
  readonly store: StateStore;
  /** Identities of the configured relays. */
  readonly relays: { readonly size: number; has(peer: string): boolean };
  readonly gossip: Gossip;
  /** Decides whether an announcement is listed and told to others. Must not throw. Default: every well-formed one is. */
  readonly admit?: ((announcement: ReceivedAnnouncement) => Promise<boolean>) | undefined;
  /** Called with each announcement that was not known before, after its listeners. */
  readonly onLearned: (announcement: ReceivedAnnouncement) => void;
  /** Called whenever the queue becomes shorter. */
  readonly onSent: () => void;
}

export interface Announcements {
  readonly ports: AnnouncementsPorts;
  readonly log: HeadsLog;
  /** Announcements that no relay has taken yet, by key. On disk too. */
  readonly pending: Map<string, Announcement>;
  /** This node's newest announcements, oldest first, by key. On disk too. */
  readonly own: Map<string, Announcement>;
  /** Who announced a CID last. */
  readonly providers: Map<Cid, string>;
  readonly listeners: Set<(announcement: ReceivedAnnouncement) => void>;
  /** Keys of announcements that `admit` is deciding on. */
  readonly judging: Set<string>;
  /** Called with each key that leaves the queue. */
  readonly sentListeners: Set<(key: string) => void>;
  flushing: Promise<void> | undefined;
  stopped: boolean;
}

/** Reads what earlier runs left on disk. */
export async function openAnnouncements(ports: AnnouncementsPorts): Promise<Announcements> {
  const { store } = ports;
  const log = await openHeadsLog({ state: store });
  const pending = new Map<string, Announcement>();
  const own = new Map<string, Announcement>();
  for (const [key, bytes] of await store.entries()) {
    const head = key.startsWith(QUEUE_PREFIX) || key.startsWith(OWN_PREFIX) ? decodeHead(bytes) : null;
    if (head === null) continue;
    const { kind, scope, cid } = head;
    (key.startsWith(QUEUE_PREFIX) ? pending : own).set(announcementKey(head), { kind, scope, cid });
  }
  return {
    ports,
    log,
    pending,
    own,
    providers: new Map(log.all().map(({ cid, provider }) => [cid, provider])),
    listeners: new Set(),
    judging: new Set(),
    sentListeners: new Set(),
    flushing: undefined,
    stopped: false,
  };
}

/** Takes an announcement of this node or of another: known ones and those that are not admitted end here. */
export async function learn(announcements: Announcements, head: Head, via: ReceivedAnnouncement['via']): Promise<void> {
  const { ports, log, judging, providers, listeners } = announcements;
  const key = announcementKey(head);
  if (log.has(head) || judging.has(key)) return;
  judging.add(key);
  try {
    const announcement: ReceivedAnnouncement = { ...head, via };
    providers.set(head.cid, head.provider);
    if (ports.admit !== undefined && !(await ports.admit(announcement))) return;
    if (announcements.stopped || !(await log.add(head))) return;
    for (const listener of listeners) listener(announcement);
    ports.onLearned(announcement);
  } finally {
    judging.delete(key);
  }
}

async function sendQueue(announcements: Announcements): Promise<void> {
  const { ports, pending, sentListeners } = announcements;
  const { store, relays, gossip } = ports;
  for (const [key, announcement] of pending) {
    if (announcements.stopped || !gossip.hasSubscribers()) return;
    const recipients = await gossip.publish(encodeAnnouncement(announcement));
    // A peer that is online now may pass it on to nobody; only a relay keeps it for those who come later.
    if (!recipients.some((peer) => relays.size === 0 || relays.has(peer))) continue;
    pending.delete(key);
    await store.delete(QUEUE_PREFIX + key);
    for (const listener of sentListeners) listener(key);
    ports.onSent();
  }
}

/** Sends the queue, if anyone listens. Concurrent calls share one run. */
export async function flush(announcements: Announcements): Promise<void> {
  announcements.flushing ??= sendQueue(announcements).finally(() => {
    announcements.flushing = undefined;
  });
  await announcements.flushing;
}

/** Puts an announcement into the queue, on disk first. */
export async function enqueue({ ports, pending }: Announcements, announcement: Announcement): Promise<void> {
  const key = announcementKey(announcement);
  pending.set(key, announcement);
  await ports.store.put(QUEUE_PREFIX + key, encodeHead({ ...announcement, provider: ports.id }));
}

async function rememberOwn({ ports, own }: Announcements, announcement: Announcement): Promise<void> {
  const { id, store } = ports;
  const key = announcementKey(announcement);
  own.set(key, announcement);
  await store.put(OWN_PREFIX + key, encodeHead({ ...announcement, provider: id }));
  for (const oldest of own.keys()) {
    if (own.size <= MAX_OWN) break;
    own.delete(oldest);
    await store.delete(OWN_PREFIX + oldest);
  }
}

/** Queues an announcement of this node, remembers it as its own and learns it. Throws `ANNOUNCEMENT_INVALID`. */
export async function addOwn(announcements: Announcements, { kind, scope, cid }: Announcement): Promise<void> {
  const announcement = { kind, scope, cid };
  encodeAnnouncement(announcement); // throws before anything is written
  await enqueue(announcements, announcement);
  await rememberOwn(announcements, announcement);
  await learn(announcements, { ...announcement, provider: announcements.ports.id }, 'gossip');
}

/** Resolves when the announcement has left the queue, after `GOSSIP_START_MILLISECONDS` at the latest. */
export function waitUntilSent({ pending, sentListeners }: Announcements, announcement: Announcement): Promise<void> {
  const key = announcementKey(announcement);
  if (!pending.has(key)) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      sentListeners.delete(listener);
      resolve();
    };
    const listener = (sent: string): void => {
      if (sent === key) end();
    };
    const timer = setTimeout(end, GOSSIP_START_MILLISECONDS);
    sentListeners.add(listener);
  });
}

/** Calls `listener` with every announcement once, those known from before first. Returns the end of the subscription. */
export function subscribe(
  { log, listeners }: Announcements,
  listener: (announcement: ReceivedAnnouncement) => void,
): () => void {
  for (const head of log.all()) listener({ ...head, via: 'heads' });
  listeners.add(listener);
  return () => listeners.delete(listener);
}
