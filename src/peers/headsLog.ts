// The announcements that this node knows, on disk, numbered in the order in which it learned them. With the number of the last
// one that it has, a node can ask for the following ones. `epoch` identifies the list: numbers of another list mean nothing
// here.

import {
  announcementKey,
  decodeHead,
  encodeHead,
  HEADS_PER_PAGE,
  type HeadsPage,
  type HeadsRequest,
} from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import type { Announcement } from './types.ts';

export type Head = Announcement & { readonly provider: string };

export interface HeadsLog {
  has(announcement: Announcement): boolean;
  /** Returns false when it was known before. */
  add(head: Head): Promise<boolean>;
  all(): readonly Head[];
  page(request: HeadsRequest): HeadsPage;
}

const PREFIX = 'head/';
/** About 5 MB on disk. Beyond it the oldest are deleted. */
const MAX_HEADS = 20_000;

const storeKey = (number: number): string => `${PREFIX}${String(number).padStart(12, '0')}`;

export interface OpenHeadsLogParameters {
  readonly state: StateStore;
  readonly maxHeads?: number;
}

export async function openHeadsLog({ state, maxHeads = MAX_HEADS }: OpenHeadsLogParameters): Promise<HeadsLog> {
  const entries = new Map(await state.entries());
  const stored = entries.get('epoch');
  const epoch = stored === undefined ? crypto.randomUUID() : new TextDecoder().decode(stored);
  if (stored === undefined) await state.put('epoch', new TextEncoder().encode(epoch));

  const heads = new Map<string, { readonly number: number; readonly head: Head }>();
  let last = 0;
  for (const [key, bytes] of [...entries].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const head = key.startsWith(PREFIX) ? decodeHead(bytes) : null;
    if (head === null) continue;
    last = Number(key.slice(PREFIX.length));
    heads.set(announcementKey(head), { number: last, head });
  }

  return {
    has: (announcement) => heads.has(announcementKey(announcement)),
    async add({ kind, scope, cid, provider }) {
      const head = { kind, scope, cid, provider };
      const key = announcementKey(head);
      if (heads.has(key)) return false;
      last += 1;
      const number = last;
      heads.set(key, { number, head });
      await state.put(storeKey(number), encodeHead(head));
      for (const [oldest, { number: oldNumber }] of heads) {
        if (heads.size <= maxHeads) break;
        heads.delete(oldest);
        await state.delete(storeKey(oldNumber));
      }
      return true;
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
