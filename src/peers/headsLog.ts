// The announcements that this node knows, on disk, numbered in the order in which it learned them. With the number of the last
// one that it has, a node can ask for the following ones. `epoch` identifies the list: numbers of another list mean nothing
// here. Each kind has room of its own, and of a full kind the announcer who has most of it gives way, so that a flood pushes out
// only what its own author announced.

import {
  announcementKey,
  decodeHead,
  encodeHead,
  HEADS_PER_PAGE,
  type HeadsPage,
  type HeadsRequest,
  MAX_WITNESSES,
} from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import type { Announcement, AnnouncementKind, Head, Witness } from './types.ts';

export interface HeadsLog {
  has(announcement: Announcement): boolean;
  find(announcement: Announcement): Head | undefined;
  /** Returns false when it was known before. */
  add(head: Head): Promise<boolean>;
  /** Adds witnesses of relays that have not witnessed this head yet. Returns all of them when there was a new one. */
  addWitnesses(announcement: Announcement, witnesses: readonly Witness[]): Promise<readonly Witness[] | undefined>;
  all(): readonly Head[];
  page(request: HeadsRequest): HeadsPage;
}

const PREFIX = 'head/';
/** About 8 MB on disk together. */
const MAX_HEADS: Readonly<Record<AnnouncementKind, number>> = {
  contribution: 10_000,
  adapter: 2_000,
  receipt: 4_000,
  voucher: 3_000,
  ledger: 1_000,
};

const storeKey = (number: number): string => `${PREFIX}${String(number).padStart(12, '0')}`;

interface Entry {
  readonly number: number;
  head: Head;
}

export interface OpenHeadsLogParameters {
  readonly state: StateStore;
  /** By kind; of kinds that are not named the usual number. */
  readonly maxHeads?: Partial<Record<AnnouncementKind, number>>;
}

/** Entries of one kind by announcer, each announcer's in the order of their numbers. */
type Announcers = Map<string, Map<string, Entry>>;

/** The oldest entry of the announcer who has most of a kind; of equal ones the announcer whose oldest entry is oldest. */
function oldestOfFullest(announcers: Announcers): readonly [key: string, entry: Entry] | undefined {
  let most = 0;
  let found: readonly [string, Entry] | undefined;
  for (const entries of announcers.values()) {
    if (entries.size < most) continue;
    const [oldest] = entries;
    if (oldest === undefined) continue;
    if (entries.size > most || oldest[1].number < (found?.[1].number ?? 0)) found = oldest;
    most = entries.size;
  }
  return found;
}

export async function openHeadsLog({ state, maxHeads = {} }: OpenHeadsLogParameters): Promise<HeadsLog> {
  const entries = new Map(await state.entries());
  const stored = entries.get('epoch');
  const epoch = stored === undefined ? crypto.randomUUID() : new TextDecoder().decode(stored);
  if (stored === undefined) await state.put('epoch', new TextEncoder().encode(epoch));

  const heads = new Map<string, Entry>();
  const kinds = new Map<AnnouncementKind, { readonly announcers: Announcers; size: number }>();
  const kindOf = (kind: AnnouncementKind) => {
    const known = kinds.get(kind) ?? { announcers: new Map(), size: 0 };
    kinds.set(kind, known);
    return known;
  };
  const list = (key: string, entry: Entry): void => {
    const kind = kindOf(entry.head.kind);
    const own = kind.announcers.get(entry.head.provider) ?? new Map<string, Entry>();
    own.set(key, entry);
    kind.announcers.set(entry.head.provider, own);
    kind.size += 1;
    heads.set(key, entry);
  };
  const unlist = (key: string, { head }: Entry): void => {
    const kind = kindOf(head.kind);
    const own = kind.announcers.get(head.provider);
    own?.delete(key);
    if (own?.size === 0) kind.announcers.delete(head.provider);
    kind.size -= 1;
    heads.delete(key);
  };
  /** Forgets what is too much of one kind. */
  async function trim(kind: AnnouncementKind): Promise<void> {
    const listed = kindOf(kind);
    while (listed.size > (maxHeads[kind] ?? MAX_HEADS[kind])) {
      const [key, entry] = oldestOfFullest(listed.announcers) ?? [];
      if (key === undefined || entry === undefined) return;
      unlist(key, entry);
      await state.delete(storeKey(entry.number));
    }
  }

  let last = 0;
  for (const [key, bytes] of [...entries].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const head = key.startsWith(PREFIX) ? decodeHead(bytes) : null;
    if (head === null) continue;
    last = Number(key.slice(PREFIX.length));
    list(announcementKey(head), { number: last, head });
  }
  for (const kind of [...kinds.keys()]) await trim(kind);

  return {
    has: (announcement) => heads.has(announcementKey(announcement)),
    find: (announcement) => heads.get(announcementKey(announcement))?.head,
    async add({ kind, scope, cid, provider, witnesses = [] }) {
      const head: Head = { kind, scope, cid, provider, ...(witnesses.length === 0 ? {} : { witnesses }) };
      const key = announcementKey(head);
      if (heads.has(key)) return false;
      last += 1;
      const number = last;
      list(key, { number, head });
      try {
        await state.put(storeKey(number), encodeHead(head));
      } catch (error) {
        const entry = heads.get(key);
        if (entry?.number === number) unlist(key, entry);
        throw error;
      }
      await trim(kind);
      return true;
    },
    async addWitnesses(announcement, witnesses) {
      const entry = heads.get(announcementKey(announcement));
      if (entry === undefined) return undefined;
      const before = entry.head.witnesses ?? [];
      const all = [...before];
      for (const witness of witnesses) if (!all.some(({ relay }) => relay === witness.relay)) all.push(witness);
      const kept = all.slice(0, MAX_WITNESSES);
      if (kept.length === before.length) return undefined;
      entry.head = { ...entry.head, witnesses: kept };
      await state.put(storeKey(entry.number), encodeHead(entry.head));
      return kept;
    },
    all: () => [...heads.values()].map(({ head }) => head),
    page(request) {
      const after = request.epoch === epoch ? request.after : 0;
      // Insertion order is number order, so the page is the first of those past `after`.
      const rest = [...heads.values()].filter(({ number }) => number > after);
      const page = rest.slice(0, HEADS_PER_PAGE);
      return {
        epoch,
        heads: page.map(({ head }) => head),
        last: page.at(-1)?.number ?? after,
        more: rest.length > page.length,
      };
    },
  };
}
