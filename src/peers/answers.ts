// What relays said to this node's own announcements, on disk, and when each may be asked again. A relay that keeps the bytes is
// not asked again; one that refused is asked seldom, since a quota may have room again; one that said "later" soon.
import { encode } from '@ipld/dag-cbor';
import { ownBytes } from '../lib/bytes.ts';
import { decodeCanonicalCbor } from '../lib/canonicalCbor.ts';
import type { Cid } from '../lib/units.ts';
import { decodeAnswer, encodeAnswer } from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import type { RelayAnswer, Verdict } from './types.ts';

const PREFIX = 'answers/';
const SECOND = 1_000;
/** First pause and longest pause after an answer; each further one is twice as long. */
const PAUSES = { later: [15 * SECOND, 600 * SECOND], refused: [60 * SECOND, 3_600 * SECOND] } as const;

export interface Answers {
  of(key: string): readonly RelayAnswer[];
  /** Whether some relay keeps it. */
  isKept(key: string): boolean;
  /** Whether `relay` should be asked now. */
  isDue(key: string, relay: string, now: number): boolean;
  add(key: string, relay: string, verdict: Verdict, now: number): Promise<void>;
  /** Forgets what `relay` said to `key`: it does not list it any more. */
  forget(key: string, relay: string): Promise<void>;
  /** A relay that was reached again may be asked at once: it may be another one by now. */
  wake(relay: string): void;
  delete(key: string): Promise<void>;
}

/** The answer in the form in which relays send it, with what only this node knows. */
function encodeAll(answers: readonly RelayAnswer[]): Uint8Array<ArrayBuffer> {
  const each = answers.map(({ relay, at, failures, ...verdict }) => ({
    relay,
    at,
    failures,
    answer: encodeAnswer({ verdict, witnesses: [] }),
  }));
  return ownBytes(encode({ v: 1, answers: each }));
}

function decodeAll(bytes: Uint8Array): RelayAnswer[] {
  try {
    const { answers } = decodeCanonicalCbor(bytes) as {
      answers: readonly { relay: string; at: number; failures: number; answer: Uint8Array }[];
    };
    return answers.flatMap(({ relay, at, failures, answer }) => {
      const verdict = decodeAnswer(answer, '' as Cid)?.verdict;
      return verdict === undefined ? [] : [{ ...verdict, relay, at, failures }];
    });
  } catch {
    return []; // of another version: relays are asked again
  }
}

function isOver({ outcome, at, failures, retryAfterSeconds = 0 }: RelayAnswer, now: number): boolean {
  if (outcome === 'kept') return false;
  const [first, longest] = PAUSES[outcome];
  const pause = Math.max(retryAfterSeconds * SECOND, Math.min(longest, first * 2 ** Math.min(failures - 1, 10)));
  // A clock that was set back must not keep an announcement waiting.
  return now - at >= pause || now < at;
}

export function openAnswers(store: StateStore, entries: readonly (readonly [string, Uint8Array])[]): Answers {
  const known = new Map<string, readonly RelayAnswer[]>();
  const woken = new Map<string, Set<string>>();
  for (const [key, bytes] of entries) {
    if (key.startsWith(PREFIX)) known.set(key.slice(PREFIX.length), decodeAll(bytes));
  }
  const of = (key: string): readonly RelayAnswer[] => known.get(key) ?? [];
  async function set(key: string, answers: readonly RelayAnswer[]): Promise<void> {
    const before = of(key);
    known.set(key, answers);
    try {
      await store.put(PREFIX + key, encodeAll(answers));
    } catch (error) {
      // What is not on disk was not said: its relay is asked again.
      if (known.get(key) === answers) known.set(key, before);
      throw error;
    }
  }
  return {
    of,
    isKept: (key) => of(key).some(({ outcome }) => outcome === 'kept'),
    isDue(key, relay, now) {
      const answer = of(key).find((each) => each.relay === relay);
      if (answer === undefined) return true;
      return isOver(answer, now) || (answer.outcome !== 'kept' && woken.get(relay)?.has(key) === true);
    },
    async add(key, relay, verdict, now) {
      woken.get(relay)?.delete(key);
      const before = of(key).find((each) => each.relay === relay);
      const failures = verdict.outcome === 'kept' ? 0 : (before?.failures ?? 0) + 1;
      await set(key, [...of(key).filter((each) => each.relay !== relay), { ...verdict, relay, at: now, failures }]);
    },
    async forget(key, relay) {
      if (of(key).some((each) => each.relay === relay))
        await set(
          key,
          of(key).filter((each) => each.relay !== relay),
        );
    },
    wake: (relay) => void woken.set(relay, new Set(known.keys())),
    async delete(key) {
      if (known.delete(key)) await store.delete(PREFIX + key);
    },
  };
}
