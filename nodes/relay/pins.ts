// What the relay stores, for whom, and how much of their quota it takes. It knows keys, blocks and sizes, not what they mean.
// What counts is what is stored: sizes that a document states are compared with the room that is left, and charged to nobody.
// Names of owners are free, so each pin is charged to the place that it came from as well. Two pins may share blocks; a block is
// counted for each of them and deleted when none is left.
import { encode } from '@ipld/dag-cbor';
import { cidDigest } from '../../src/datanet/index.ts';
import { decodeCanonicalCbor } from '../../src/lib/canonicalCbor.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import { createMutex } from '../../src/lib/mutex.ts';
import type { Cid } from '../../src/lib/units.ts';
import type { StateStore } from '../../src/peers/node.ts';

export interface Pin {
  /** What is pinned: the CID of a document, or a name that is none for something else. */
  readonly key: string;
  /** Account or peer whose quota it takes. */
  readonly owner: string;
  /** Network address whose share it takes; '' for all that are not known together. */
  readonly place: string;
  readonly bytes: number;
  readonly blocks: readonly Cid[];
  /** Digest of what was signed, for a signed document: its author can sign one statement more than once. */
  readonly statement?: string;
}

export interface Quota {
  readonly bytesPerOwner: number;
  readonly bytesPerPlace: number;
  readonly bytesInTotal: number;
}

export interface Attempt {
  /** Charges bytes that were stored to `owner`. Throws `QUOTA_EXCEEDED`. */
  charge(owner: string, bytes: number): void;
  /** Whether `owner` has room for what a document states. Throws `QUOTA_EXCEEDED`; charges nothing. */
  requireRoom(owner: string, bytes: number): void;
  /** Protects a block from the failure of another attempt. */
  use(block: Cid): void;
  /**
   * Waits until no other attempt has this name, and keeps it until the end: of two that would pin the same, the second comes when
   * the first is decided. Rejects with the signal's reason.
   */
  claim(name: string, signal: AbortSignal): Promise<void>;
  readonly blocks: ReadonlySet<Cid>;
  /** Turns what was charged and used into a pin. */
  pin(key: string, owner: string, statement?: string): Promise<void>;
  /** Gives back what was charged and is not pinned. Call it last, whatever came of the attempt. */
  end(): void;
}

export interface Pins {
  has(key: string): boolean;
  keys(): readonly string[];
  /** All blocks of all pins. */
  blocks(): ReadonlySet<Cid>;
  /** The key of the document that says the same, signed in another way. */
  findStatement(statement: string): string | undefined;
  /** `place`: where what is to be pinned comes from. */
  attempt(place: string): Attempt;
  /** Ends a pin. Returns its blocks, which others may still need. It counts no more from the call on. */
  remove(key: string): Promise<readonly Cid[]>;
  /** Whether a pin or an attempt needs this block. */
  holds(block: Cid): boolean;
  count(): number;
  bytes(): number;
}

/** Smallest charge of a pin: its record and head cost something too. */
export const MIN_PIN_BYTES = 1_024;
/** Owners that are peers, whose names are free, have less room: each, those of one place, and together. */
const PEER_SHARE = 1 / 16;
const PEERS_SHARE = 1 / 4;
/** Of owners that are peers. */
export const PEER_PREFIX = 'peer:';

const MESSAGES = {
  owner: 'The author has used up the room that this relay gives to one author.',
  place: 'Your network address has used up the room that this relay gives to one address.',
  relay: 'This relay is full.',
} as const;

function exceeded(
  scope: keyof typeof MESSAGES,
  facts: { owner: string; bytes: number; used: number; limit: number },
): never {
  throw new TributaryError({
    code: 'QUOTA_EXCEEDED',
    message: MESSAGES[scope],
    facts: { ...facts, scope },
    hint: 'Use another relay as well, or run one: npm run relay.',
  });
}

const isPeer = (owner: string): boolean => owner.startsWith(PEER_PREFIX);

/** Bytes by name. */
function createSums(): { of(name: string): number; add(name: string, bytes: number): void } {
  const sums = new Map<string, number>();
  const of = (name: string): number => sums.get(name) ?? 0;
  return {
    of,
    add(name, bytes) {
      const sum = of(name) + bytes;
      if (sum === 0) sums.delete(name);
      else sums.set(name, sum);
    },
  };
}

/** What is charged to whom, within `quota`. */
function createAccounts({ bytesPerOwner, bytesPerPlace, bytesInTotal }: Quota) {
  const [owners, places, notesOfPlaces] = [createSums(), createSums(), createSums()];
  let [total, notes] = [0, 0];
  return {
    total: () => total,
    charge(owner: string, place: string, bytes: number): void {
      total += bytes;
      owners.add(owner, bytes);
      places.add(place, bytes);
      if (!isPeer(owner)) return;
      notes += bytes;
      notesOfPlaces.add(place, bytes);
    },
    requireRoom(owner: string, place: string, bytes: number): void {
      const require = (scope: keyof typeof MESSAGES, used: number, limit: number): void => {
        if (used + bytes > limit) exceeded(scope, { owner, bytes, used, limit });
      };
      const peer = isPeer(owner);
      require('relay', total, bytesInTotal);
      if (peer) require('relay', notes, bytesInTotal * PEERS_SHARE);
      require('place', places.of(place), bytesPerPlace);
      if (peer) require('place', notesOfPlaces.of(place), bytesPerPlace * PEERS_SHARE);
      require('owner', owners.of(owner), peer ? bytesPerOwner * PEER_SHARE : bytesPerOwner);
    },
  };
}

export async function openPins(state: StateStore, quota: Quota): Promise<Pins> {
  const pins = new Map<string, Pin>();
  const statements = new Map<string, string>();
  /** By digest: stores know no codec, so that a block under another codec's name is the same one. */
  const holders = new Map<string, number>();
  /** Turns of those who claim a name, with how many there are. */
  const claims = new Map<string, { readonly turn: ReturnType<typeof createMutex>; members: number }>();
  const writing = createMutex();
  const accounts = createAccounts(quota);

  const count = (block: Cid, change: 1 | -1): void => {
    const digest = cidDigest(block);
    const next = (holders.get(digest) ?? 0) + change;
    if (next === 0) holders.delete(digest);
    else holders.set(digest, next);
  };
  const hold = (pin: Pin): void => {
    pins.set(pin.key, pin);
    if (pin.statement !== undefined) statements.set(pin.statement, pin.key);
    for (const block of pin.blocks) count(block, 1);
  };
  for (const [key, bytes] of await state.entries()) {
    // Earlier versions knew no places.
    const pin: Pin = { place: '', ...(decodeCanonicalCbor(bytes) as Omit<Pin, 'place'>), key };
    hold(pin);
    accounts.charge(pin.owner, pin.place, pin.bytes);
  }

  /** One write after another, so that what is on disk is what was asked for last. */
  async function write(operation: () => Promise<void>): Promise<void> {
    const done = await writing();
    try {
      await operation();
    } finally {
      done();
    }
  }

  /** Returns the end of the claim. */
  async function claim(name: string, signal: AbortSignal): Promise<() => void> {
    const row = claims.get(name) ?? { turn: createMutex(), members: 0 };
    claims.set(name, row);
    row.members += 1;
    const leave = (): void => {
      row.members -= 1;
      if (row.members === 0) claims.delete(name);
    };
    try {
      const done = await row.turn(signal);
      return () => {
        done();
        leave();
      };
    } catch (reason) {
      leave();
      throw reason;
    }
  }

  function attempt(place: string): Attempt {
    const blocks = new Set<Cid>();
    const charged = createSums();
    const owners = new Set<string>();
    const releases: (() => void)[] = [];
    const charge = (owner: string, bytes: number): void => {
      accounts.requireRoom(owner, place, bytes);
      accounts.charge(owner, place, bytes);
      charged.add(owner, bytes);
      owners.add(owner);
    };
    return {
      blocks,
      charge,
      requireRoom: (owner, bytes) => accounts.requireRoom(owner, place, bytes),
      use(block) {
        if (!blocks.has(block)) count(block, 1);
        blocks.add(block);
      },
      async claim(name, signal) {
        releases.push(await claim(name, signal));
      },
      async pin(key, owner, statement) {
        const missing = MIN_PIN_BYTES - charged.of(owner);
        if (missing > 0) charge(owner, missing);
        const pin: Omit<Pin, 'key'> = {
          owner,
          place,
          bytes: charged.of(owner),
          blocks: [...blocks],
          ...(statement === undefined ? {} : { statement }),
        };
        await write(() => state.put(key, encode(pin)));
        hold({ ...pin, key });
        owners.delete(owner);
      },
      end() {
        for (const block of blocks) count(block, -1);
        for (const owner of owners) accounts.charge(owner, place, -charged.of(owner));
        owners.clear();
        for (const release of releases.splice(0)) release();
      },
    };
  }

  return {
    has: (key) => pins.has(key),
    keys: () => [...pins.keys()],
    findStatement: (statement) => statements.get(statement),
    attempt,
    async remove(key) {
      const pin = pins.get(key);
      if (pin === undefined) return [];
      pins.delete(key);
      if (pin.statement !== undefined) statements.delete(pin.statement);
      for (const block of pin.blocks) count(block, -1);
      accounts.charge(pin.owner, pin.place, -pin.bytes);
      await write(() => state.delete(key));
      return pin.blocks;
    },
    holds: (block) => holders.has(cidDigest(block)),
    blocks: () => new Set([...pins.values()].flatMap(({ blocks }) => blocks)),
    count: () => pins.size,
    bytes: accounts.total,
  };
}
