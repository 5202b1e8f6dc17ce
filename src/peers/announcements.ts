// What this node announces and what it learns from others: the queue of announcements that no relay keeps yet, its own of
// earlier, and the one way in which an announcement of anyone becomes known. Gossip and asking a relay are ports; disk is a
// `StateStore`.
import { toTributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import { type Answers, openAnswers } from './answers.ts';
import type { Gossip } from './gossip.ts';
import { type HeadsLog, type OpenHeadsLogParameters, openHeadsLog } from './headsLog.ts';
import { type Answer, announcementKey, decodeHead, encodeAnnouncement, encodeHead } from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import type { Announcement, Delivery, Head, ReceivedAnnouncement, Verdict, Witness } from './types.ts';

const QUEUE_PREFIX = 'pending/';
const OWN_PREFIX = 'own/';
/** Own announcements that are made again when a relay does not know them. */
const MAX_OWN = 500;
/** Announcers that are remembered of what is not listed: strangers announce without end. */
const MAX_PROVIDERS = 2_000;
/** Announcements that one relay is asked about at once. */
const MAX_ASKED = 4;
/** Time that `announce` waits for a relay's answer, which comes later when the bytes are many. */
const ANSWER_WAIT_MILLISECONDS = 10_000;

const KEPT: Verdict = { outcome: 'kept' };

/** What a node does that keeps bytes for others: what it lists it has. */
export interface Keeping {
  /** Called once with what is listed from earlier runs, before anything is admitted. */
  opened(listed: readonly Announcement[]): Promise<void>;
  /** Decides whether an announcement is listed and told to others. Must not throw. */
  admit(announcement: ReceivedAnnouncement, place: string): Promise<Verdict>;
  /** Whether the bytes of what was admitted are here: without them it is not listed. */
  isKept(announcement: Announcement): boolean;
  /** A head is listed no more: its bytes are needed no longer, unless another head needs them. */
  forget(announcement: Announcement): void;
}

export interface AnnouncementsPorts {
  /** Identity of this node. */
  readonly id: string;
  readonly store: StateStore;
  /** As `openHeadsLog`. */
  readonly maxHeads?: OpenHeadsLogParameters['maxHeads'] | undefined;
  /** Identities of the configured relays. */
  readonly relays: { readonly size: number; has(peer: string): boolean };
  readonly gossip: Gossip;
  /** Relays that can be asked now. */
  readonly connectedRelays: () => readonly string[];
  /** Announces to one relay and waits for its answer. */
  readonly ask: (relay: string, announcement: Announcement) => Promise<Answer>;
  /** Where an announcer is, for bounds per place; '' for all that are not known together. Default: nobody is. */
  readonly placeOf?: ((peer: string) => string) | undefined;
  /** Keeping bytes for others. Default: every well-formed announcement is listed. */
  readonly keeping?: Keeping | undefined;
  /** Witnesses what was admitted. Default: this node witnesses nothing. */
  readonly witness?: ((announcement: ReceivedAnnouncement) => Promise<Witness | undefined>) | undefined;
  /** Whether a witness is what its relay signed. */
  readonly isWitnessTrue: (witness: Witness) => Promise<boolean>;
  /** Called with each announcement that was not known before, after its listeners. */
  readonly onLearned: (announcement: ReceivedAnnouncement) => void;
  /** Called whenever a relay has answered. */
  readonly onAnswered: () => void;
  readonly now: () => number;
}

export interface Announcements {
  readonly ports: AnnouncementsPorts;
  readonly log: HeadsLog;
  /** Announcements that no relay keeps yet, by key. On disk too. */
  readonly pending: Map<string, Announcement>;
  /** This node's newest announcements, oldest first, by key. On disk too. */
  readonly own: Map<string, Announcement>;
  readonly answers: Answers;
  /** Who announced a CID last. */
  readonly providers: Map<Cid, string>;
  readonly listeners: Set<(announcement: ReceivedAnnouncement) => void>;
  readonly witnessListeners: Set<(cid: Cid, witnesses: readonly Witness[]) => void>;
  /** Announcements that `admit` is deciding on, by announcer and key: nobody's waits for the turn of another who made it too. */
  readonly judging: Map<string, Promise<Verdict>>;
  /** Called with each key that a relay has answered. */
  readonly answerListeners: Set<(key: string) => void>;
  /** Told to gossip since the start. */
  readonly gossiped: Set<string>;
  /** What each relay is being asked about, by key. */
  readonly asking: Map<string, Map<string, Promise<void>>>;
  stopped: boolean;
}

/**
 * Witnesses what this node listed before it witnessed anything, in the order in which it learned of it: without that, a copy that
 * is announced later would have the only witness.
 */
async function witnessListed({ id, witness }: AnnouncementsPorts, log: HeadsLog): Promise<void> {
  if (witness === undefined) return;
  for (const head of log.all()) {
    if (head.witnesses?.some(({ relay }) => relay === id) === true) continue;
    const own = await witness({ ...head, via: 'heads' });
    if (own !== undefined) await log.addWitnesses(head, [own]);
  }
}

/** Takes away witnesses that nobody signed. What is read from a disk is believed no more than a peer. */
async function checkWitnesses({ isWitnessTrue }: AnnouncementsPorts, log: HeadsLog): Promise<void> {
  await Promise.all(
    log.all().map(async (head) => {
      const { witnesses = [] } = head;
      const sound = await Promise.all(witnesses.map(isWitnessTrue));
      const untrue = witnesses.filter((_, index) => !sound[index]);
      if (untrue.length > 0) await log.removeWitnesses(head, untrue);
    }),
  );
}

/** Reads what earlier runs left on disk. */
export async function openAnnouncements(ports: AnnouncementsPorts): Promise<Announcements> {
  const { store, keeping, maxHeads = {} } = ports;
  const log = await openHeadsLog({ state: store, maxHeads, onForgotten: (head) => keeping?.forget(head) });
  // What was listed and is gone is announced again by who made it.
  for (const head of log.all()) if (keeping?.isKept(head) === false) await log.remove(head);
  await keeping?.opened(log.all());
  // On a full disk both are done at the next start.
  await checkWitnesses(ports, log).catch(() => undefined);
  await witnessListed(ports, log).catch(() => undefined);
  const pending = new Map<string, Announcement>();
  const own = new Map<string, Announcement>();
  const entries = await store.entries();
  for (const [key, bytes] of entries) {
    const head = key.startsWith(QUEUE_PREFIX) || key.startsWith(OWN_PREFIX) ? decodeHead(bytes) : null;
    if (head === null) continue;
    const { kind, scope, cid } = head;
    (key.startsWith(QUEUE_PREFIX) ? pending : own).set(announcementKey(head), { kind, scope, cid });
  }
  const answers = openAnswers(store, entries);
  for (const key of pending.keys()) {
    if (!answers.isKept(key)) continue;
    // The last run ended between the two.
    pending.delete(key);
    await store.delete(QUEUE_PREFIX + key).catch(() => undefined); // done again at the next start
  }
  return {
    ports,
    log,
    pending,
    own,
    answers,
    providers: new Map(
      log
        .all()
        .slice(-MAX_PROVIDERS)
        .map(({ cid, provider }) => [cid, provider]),
    ),
    listeners: new Set(),
    witnessListeners: new Set(),
    judging: new Map(),
    answerListeners: new Set(),
    gossiped: new Set(),
    asking: new Map(),
    stopped: false,
  };
}

function rememberProvider({ providers }: Announcements, { cid, provider }: Head): void {
  providers.delete(cid);
  providers.set(cid, provider);
  for (const oldest of providers.keys()) {
    if (providers.size <= MAX_PROVIDERS) return;
    providers.delete(oldest);
  }
}

/** Of these witnesses those that a configured relay has signed. */
async function trueWitnesses({ ports }: Announcements, witnesses: readonly Witness[]): Promise<readonly Witness[]> {
  const trusted = witnesses.filter(({ relay }) => ports.relays.has(relay));
  const checked = await Promise.all(trusted.map((witness) => ports.isWitnessTrue(witness)));
  return trusted.filter((_, index) => checked[index]);
}

/** Adds witnesses to what is known, and tells of it. */
async function learnWitnesses(
  announcements: Announcements,
  announcement: Announcement,
  witnesses: readonly Witness[],
): Promise<void> {
  const { log, witnessListeners } = announcements;
  const known = log.find(announcement)?.witnesses ?? [];
  const unknown = witnesses.filter(({ relay }) => !known.some((each) => each.relay === relay));
  if (unknown.length === 0) return;
  const all = await log.addWitnesses(announcement, await trueWitnesses(announcements, unknown));
  if (all !== undefined) for (const listener of witnessListeners) listener(announcement.cid, all);
}

async function judge(announcements: Announcements, head: Head, via: ReceivedAnnouncement['via']): Promise<Verdict> {
  const { ports, log, listeners } = announcements;
  try {
    const { witnesses: told = [], ...facts } = head;
    const announcement: ReceivedAnnouncement = { ...facts, via };
    rememberProvider(announcements, head);
    // Before the bytes come: who announces may have gone by then.
    const place = ports.placeOf?.(head.provider) ?? '';
    const verdict = (await ports.keeping?.admit(announcement, place)) ?? KEPT;
    if (verdict.outcome !== 'kept') return verdict;
    if (announcements.stopped) return { outcome: 'later' };
    const own = await ports.witness?.(announcement);
    const witnesses = [...(own === undefined ? [] : [own]), ...(await trueWitnesses(announcements, told))];
    const learned: ReceivedAnnouncement = witnesses.length === 0 ? announcement : { ...announcement, witnesses };
    if (announcements.stopped) return { outcome: 'later' };
    // Another head of the same bytes may have given way meanwhile, and they with it.
    if (ports.keeping?.isKept(announcement) === false) return { outcome: 'later' };
    if (!(await log.add(learned, place))) return KEPT;
    for (const listener of listeners) listener(learned);
    ports.onLearned(learned);
    return KEPT;
  } catch (error) {
    // The disk is full, mostly; it is announced again.
    const { code, message } = toTributaryError(error);
    return { outcome: 'later', code, message };
  }
}

/**
 * Takes an announcement of this node or of another. Known ones and those that are not admitted end here. Never rejects: what a
 * stranger announces must not end a node.
 */
export async function learn(
  announcements: Announcements,
  head: Head,
  via: ReceivedAnnouncement['via'],
): Promise<Verdict> {
  const { log, judging } = announcements;
  if (log.has(head)) {
    // Witnesses that cannot be stored are told again.
    await learnWitnesses(announcements, head, head.witnesses ?? []).catch(() => undefined);
    return KEPT;
  }
  const key = `${head.provider} ${announcementKey(head)}`;
  const running = judging.get(key);
  if (running !== undefined) return running;
  const judged = judge(announcements, head, via).finally(() => judging.delete(key));
  judging.set(key, judged);
  return judged;
}

/** The answer to who announces `head`: this node's verdict and what it has witnessed. */
export async function answerTo(announcements: Announcements, head: Head): Promise<Answer> {
  const verdict = await learn(announcements, head, 'gossip');
  const witnesses = verdict.outcome === 'kept' ? announcements.log.find(head)?.witnesses : undefined;
  return { verdict, witnesses: (witnesses ?? []).filter(({ relay }) => relay === announcements.ports.id) };
}

/** What one relay is to be asked about: what nobody keeps, and what it has not said anything to. */
function dueAt({ ports, own, pending, answers }: Announcements, relay: string): [string, Announcement][] {
  const all = new Map([...pending, ...own]);
  return [...all].filter(([key]) => answers.isDue(key, relay, ports.now()));
}

async function askAbout(
  announcements: Announcements,
  relay: string,
  [key, announcement]: [string, Announcement],
): Promise<void> {
  const { ports, pending, answers, answerListeners } = announcements;
  const { verdict, witnesses } = await ports.ask(relay, announcement);
  if (announcements.stopped) return;
  await answers.add(key, relay, verdict, ports.now());
  await learnWitnesses(announcements, announcement, witnesses);
  if (verdict.outcome === 'kept' && pending.delete(key)) await ports.store.delete(QUEUE_PREFIX + key);
  for (const listener of answerListeners) listener(key);
  ports.onAnswered();
}

/** Asks about what is due, a few at once, until nothing is, or until the relay does not answer. */
async function askRelay(announcements: Announcements, relay: string): Promise<void> {
  const running = announcements.asking.get(relay) ?? new Map<string, Promise<void>>();
  announcements.asking.set(relay, running);
  const fill = (): void => {
    for (const [key, announcement] of dueAt(announcements, relay)) {
      if (announcements.stopped || running.size >= MAX_ASKED) return;
      if (running.has(key)) continue;
      const asked = askAbout(announcements, relay, [key, announcement]);
      running.set(
        key,
        asked.then(
          () => {
            running.delete(key);
            fill();
          },
          // A relay that goes away is asked again at its next connection.
          () => void running.delete(key),
        ),
      );
    }
  };
  fill();
  while (running.size > 0) await Promise.race(running.values());
}

async function gossipOnce({ ports, pending, own, gossiped }: Announcements): Promise<void> {
  for (const [key, announcement] of new Map([...own, ...pending])) {
    if (gossiped.has(key) || !ports.gossip.hasSubscribers()) continue;
    gossiped.add(key);
    // Who listens is told at once; whether the bytes are kept is what relays are asked.
    await ports.gossip.publish(encodeAnnouncement(announcement)).catch(() => gossiped.delete(key));
  }
}

/** Tells gossip what it was not told yet, and asks every connected relay what it was not asked, or what may be asked again. */
export async function flush(announcements: Announcements): Promise<void> {
  const { ports } = announcements;
  if (announcements.stopped) return;
  await Promise.all([
    gossipOnce(announcements),
    ...ports.connectedRelays().map((relay) => askRelay(announcements, relay)),
  ]);
}

/** Puts an announcement into the queue, on disk first. */
async function enqueue({ ports, pending }: Announcements, announcement: Announcement): Promise<void> {
  const key = announcementKey(announcement);
  pending.set(key, announcement);
  await ports.store.put(QUEUE_PREFIX + key, encodeHead({ ...announcement, provider: ports.id }));
}

async function rememberOwn({ ports, own, pending, answers }: Announcements, announcement: Announcement): Promise<void> {
  const { id, store } = ports;
  const key = announcementKey(announcement);
  own.set(key, announcement);
  await store.put(OWN_PREFIX + key, encodeHead({ ...announcement, provider: id }));
  for (const oldest of own.keys()) {
    if (own.size <= MAX_OWN) break;
    own.delete(oldest);
    await store.delete(OWN_PREFIX + oldest);
    if (!pending.has(oldest)) await answers.delete(oldest);
  }
}

/** Queues an announcement of this node, remembers it as its own and learns it. Throws `ANNOUNCEMENT_INVALID`. */
export async function addOwn(announcements: Announcements, { kind, scope, cid }: Announcement): Promise<void> {
  const announcement = { kind, scope, cid };
  encodeAnnouncement(announcement); // throws before anything is written
  if (!announcements.answers.isKept(announcementKey(announcement))) await enqueue(announcements, announcement);
  await rememberOwn(announcements, announcement);
  await learn(announcements, { ...announcement, provider: announcements.ports.id }, 'gossip');
}

/** This relay does not list these announcements of this node any more: it is asked again, and those nobody else keeps wait. */
export async function markLost(
  announcements: Announcements,
  relay: string,
  listed: ReadonlySet<string>,
): Promise<void> {
  const { own, answers } = announcements;
  for (const [key, announcement] of own) {
    if (listed.has(key)) continue;
    await answers.forget(key, relay);
    if (!answers.isKept(key)) await enqueue(announcements, announcement);
  }
}

/** Resolves when a relay keeps it, when every connected one has said that it does not, or after 10 s. */
export function waitForAnswer(announcements: Announcements, announcement: Announcement): Promise<void> {
  const { ports, pending, answers, answerListeners } = announcements;
  const key = announcementKey(announcement);
  const isOver = (): boolean =>
    !pending.has(key) || ports.connectedRelays().every((relay) => answers.of(key).some((each) => each.relay === relay));
  if (isOver()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      answerListeners.delete(listener);
      resolve();
    };
    const listener = (answered: string): void => {
      if (answered === key && isOver()) end();
    };
    const timer = setTimeout(end, ANSWER_WAIT_MILLISECONDS);
    answerListeners.add(listener);
  });
}

/** This node's announcements with what relays said, oldest first. */
export function deliveries({ own, pending, answers }: Announcements): readonly Delivery[] {
  return [...new Map([...own, ...pending])].map(([key, announcement]) => ({ announcement, answers: answers.of(key) }));
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
