// The announcements that this node knows, on disk, numbered in the order in which it learned them. With the number of the last
// one that it has, a node can ask for the following ones. `epoch` identifies the list: numbers of another list mean nothing
// here. Each kind has room of its own, and of a full kind the place (network address) that has most of it gives way, and in it the
// announcer who has most: names of announcers are free, so a flood pushes out only what came from where it comes from.

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
  /** Returns false when it was known before. It is listed from the call on. `place`: where it came from; '' for all unknown ones. */
  add(head: Head, place?: string): Promise<boolean>;
  remove(announcement: Announcement): Promise<void>;
  /** Adds witnesses of relays that have not witnessed this head yet. Returns all of them when there was a new one. */
  addWitnesses(announcement: Announcement, witnesses: readonly Witness[]): Promise<readonly Witness[] | undefined>;
  /** Takes away witnesses of a head: those that are found false. */
  removeWitnesses(announcement: Announcement, witnesses: readonly Witness[]): Promise<void>;
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
  readonly place: string;
  head: Head;
}

export interface OpenHeadsLogParameters {
  readonly state: StateStore;
  /** By kind; of kinds that are not named the usual number. */
  readonly maxHeads?: Partial<Record<AnnouncementKind, number>>;
  /** Called with a head that gave way to others, when it is listed no more. */
  readonly onForgotten?: (head: Head) => void;
}

/** Entries of one place and kind by announcer, each announcer's in the order of their numbers. */
interface Place {
  readonly announcers: Map<string, Map<string, Entry>>;
  size: number;
}

/** Those of `groups` that have most. */
function* fullest<Group extends { readonly size: number }>(groups: Iterable<Group>): Generator<Group> {
  const all = [...groups];
  const most = all.reduce((size, group) => Math.max(size, group.size), 0);
  for (const group of all) if (group.size === most) yield group;
}

/** The oldest entry of the announcer who has most in the place that has most; of equal ones the oldest of all. */
function oldestOfFullest(places: Iterable<Place>): readonly [key: string, entry: Entry] | undefined {
  let found: readonly [string, Entry] | undefined;
  for (const { announcers } of fullest(places)) {
    for (const entries of fullest(announcers.values())) {
      const [oldest] = entries;
      if (oldest !== undefined && oldest[1].number < (found?.[1].number ?? Number.POSITIVE_INFINITY)) found = oldest;
    }
  }
  return found;
}

export async function openHeadsLog(parameters: OpenHeadsLogParameters): Promise<HeadsLog> {
  const { state, maxHeads = {}, onForgotten } = parameters;
  const entries = new Map(await state.entries());
  const stored = entries.get('epoch');
  const epoch = stored === undefined ? crypto.randomUUID() : new TextDecoder().decode(stored);
  if (stored === undefined) await state.put('epoch', new TextEncoder().encode(epoch));

  const heads = new Map<string, Entry>();
  const kinds = new Map<AnnouncementKind, { readonly places: Map<string, Place>; size: number }>();
  const kindOf = (kind: AnnouncementKind) => {
    const known = kinds.get(kind) ?? { places: new Map(), size: 0 };
    kinds.set(kind, known);
    return known;
  };
  const list = (key: string, entry: Entry): void => {
    const kind = kindOf(entry.head.kind);
    const place = kind.places.get(entry.place) ?? { announcers: new Map(), size: 0 };
    kind.places.set(entry.place, place);
    const own = place.announcers.get(entry.head.provider) ?? new Map<string, Entry>();
    own.set(key, entry);
    place.announcers.set(entry.head.provider, own);
    place.size += 1;
    kind.size += 1;
    heads.set(key, entry);
  };
  const unlist = (key: string, entry: Entry): void => {
    const kind = kindOf(entry.head.kind);
    const place = kind.places.get(entry.place);
    const own = place?.announcers.get(entry.head.provider);
    if (place === undefined || own?.delete(key) !== true) return;
    place.size -= 1;
    kind.size -= 1;
    if (own.size === 0) place.announcers.delete(entry.head.provider);
    if (place.size === 0) kind.places.delete(entry.place);
    heads.delete(key);
  };
  /** Forgets what is too much of one kind. */
  async function trim(kind: AnnouncementKind): Promise<void> {
    const listed = kindOf(kind);
    while (listed.size > (maxHeads[kind] ?? MAX_HEADS[kind])) {
      const [key, entry] = oldestOfFullest(listed.places.values()) ?? [];
      if (key === undefined || entry === undefined) return;
      unlist(key, entry);
      onForgotten?.(entry.head);
      await state.delete(storeKey(entry.number));
    }
  }

  let last = 0;
  for (const [key, bytes] of [...entries].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const stored = key.startsWith(PREFIX) ? decodeHead(bytes) : null;
    if (stored === null) continue;
    const { place, ...head } = stored;
    last = Number(key.slice(PREFIX.length));
    list(announcementKey(head), { number: last, place, head });
  }
  for (const kind of [...kinds.keys()]) await trim(kind);

  return {
    has: (announcement) => heads.has(announcementKey(announcement)),
    find: (announcement) => heads.get(announcementKey(announcement))?.head,
    async add({ kind, scope, cid, provider, witnesses = [] }, place = '') {
      const head: Head = { kind, scope, cid, provider, ...(witnesses.length === 0 ? {} : { witnesses }) };
      const key = announcementKey(head);
      if (heads.has(key)) return false;
      last += 1;
      const number = last;
      list(key, { number, place, head });
      try {
        await state.put(storeKey(number), encodeHead(head, place));
      } catch (error) {
        const entry = heads.get(key);
        if (entry?.number === number) unlist(key, entry);
        throw error;
      }
      await trim(kind);
      return true;
    },
    async remove(announcement) {
      const key = announcementKey(announcement);
      const entry = heads.get(key);
      if (entry === undefined) return;
      unlist(key, entry);
      await state.delete(storeKey(entry.number));
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
      await state.put(storeKey(entry.number), encodeHead(entry.head, entry.place));
      return kept;
    },
    async removeWitnesses(announcement, witnesses) {
      const entry = heads.get(announcementKey(announcement));
      if (entry === undefined) return;
      const { witnesses: before = [], ...head } = entry.head;
      const left = before.filter((witness) => !witnesses.includes(witness));
      entry.head = left.length === 0 ? head : { ...head, witnesses: left };
      await state.put(storeKey(entry.number), encodeHead(entry.head, entry.place));
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
