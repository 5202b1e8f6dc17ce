// What the relay stores, for whom, and how much of their quota it takes. It knows CIDs and sizes, not what they mean.
// What counts is what is stored: sizes that a document states are compared with the room that is left, and charged to nobody.
// Two pins may share blocks; a block is counted for each of them and deleted when none is left.
import { encode } from '@ipld/dag-cbor';
import { decodeCanonicalCbor } from '../../src/lib/canonicalCbor.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import type { Cid } from '../../src/lib/units.ts';
import type { StateStore } from '../../src/peers/node.ts';

export interface Pin {
  readonly cid: Cid;
  /** Account or peer whose quota it takes. */
  readonly owner: string;
  readonly bytes: number;
  readonly blocks: readonly Cid[];
  /** Digest of what was signed, for a signed document: its author can sign one statement more than once. */
  readonly statement?: string;
}

export interface Quota {
  readonly bytesPerOwner: number;
  readonly bytesInTotal: number;
}

export interface Attempt {
  /** Charges bytes that were stored to `owner`. Throws `QUOTA_EXCEEDED`. */
  charge(owner: string, bytes: number): void;
  /** Whether `owner` has room for what a document states. Throws `QUOTA_EXCEEDED`; charges nothing. */
  requireRoom(owner: string, bytes: number): void;
  /** Protects a block from the failure of another attempt. */
  use(block: Cid): void;
  readonly blocks: ReadonlySet<Cid>;
  /** Turns what was charged and used into a pin. */
  pin(cid: Cid, owner: string, statement?: string): Promise<void>;
  /** Gives back what was charged and is not pinned. Call it last, whatever came of the attempt. */
  end(): void;
}

export interface Pins {
  has(cid: Cid): boolean;
  /** The pin of a document that says the same, signed in another way. */
  findStatement(statement: string): Cid | undefined;
  attempt(): Attempt;
  /** Whether a pin or an attempt needs this block. */
  holds(block: Cid): boolean;
  count(): number;
  bytes(): number;
}

/** Smallest charge of a pin: its record and head cost something too. */
export const MIN_PIN_BYTES = 1_024;
/** Owners that are peers, whose names are free, have less room: each and together. */
const PEER_SHARE = 1 / 16;
const PEERS_SHARE = 1 / 4;
/** Of owners that are peers. */
export const PEER_PREFIX = 'peer:';

function exceeded(
  scope: 'owner' | 'relay',
  facts: { owner: string; bytes: number; used: number; limit: number },
): never {
  throw new TributaryError({
    code: 'QUOTA_EXCEEDED',
    message:
      scope === 'owner'
        ? 'The author has used up the room that this relay gives to one author.'
        : 'This relay is full.',
    facts: { ...facts, scope },
    hint: 'Use another relay as well, or run one: npm run relay.',
  });
}

export async function openPins(state: StateStore, quota: Quota): Promise<Pins> {
  const pins = new Map<Cid, Pin>();
  const statements = new Map<string, Cid>();
  const holders = new Map<Cid, number>();
  const owners = new Map<string, number>();
  let total = 0;
  let ofPeers = 0;

  const isPeer = (owner: string): boolean => owner.startsWith(PEER_PREFIX);
  const charge = (owner: string, bytes: number): void => {
    const used = (owners.get(owner) ?? 0) + bytes;
    if (used === 0) owners.delete(owner);
    else owners.set(owner, used);
    total += bytes;
    if (isPeer(owner)) ofPeers += bytes;
  };
  const requireRoom = (owner: string, bytes: number): void => {
    const { bytesPerOwner, bytesInTotal } = quota;
    const limit = isPeer(owner) ? bytesPerOwner * PEER_SHARE : bytesPerOwner;
    const used = owners.get(owner) ?? 0;
    if (total + bytes > bytesInTotal) exceeded('relay', { owner, bytes, used: total, limit: bytesInTotal });
    if (isPeer(owner) && ofPeers + bytes > bytesInTotal * PEERS_SHARE)
      exceeded('relay', { owner, bytes, used: ofPeers, limit: bytesInTotal * PEERS_SHARE });
    if (used + bytes > limit) exceeded('owner', { owner, bytes, used, limit });
  };
  const count = (block: Cid, change: 1 | -1): void => {
    const next = (holders.get(block) ?? 0) + change;
    if (next === 0) holders.delete(block);
    else holders.set(block, next);
  };
  const hold = (pin: Pin): void => {
    pins.set(pin.cid, pin);
    if (pin.statement !== undefined) statements.set(pin.statement, pin.cid);
    for (const block of pin.blocks) count(block, 1);
  };
  for (const [, bytes] of await state.entries()) {
    const pin = decodeCanonicalCbor(bytes) as Pin;
    hold(pin);
    charge(pin.owner, pin.bytes);
  }

  return {
    has: (cid) => pins.has(cid),
    findStatement: (statement) => statements.get(statement),
    attempt() {
      const blocks = new Set<Cid>();
      const charged = new Map<string, number>();
      const take = (owner: string, bytes: number): void => {
        requireRoom(owner, bytes);
        charge(owner, bytes);
        charged.set(owner, (charged.get(owner) ?? 0) + bytes);
      };
      return {
        blocks,
        charge: take,
        requireRoom,
        use(block) {
          if (!blocks.has(block)) count(block, 1);
          blocks.add(block);
        },
        async pin(cid, owner, statement) {
          if (pins.has(cid)) return;
          const missing = MIN_PIN_BYTES - (charged.get(owner) ?? 0);
          if (missing > 0) take(owner, missing);
          const bytes = charged.get(owner) ?? 0;
          const pin: Pin = {
            cid,
            owner,
            bytes,
            blocks: [...blocks],
            ...(statement === undefined ? {} : { statement }),
          };
          await state.put(cid, encode(pin));
          // Two announcements of one document are judged apart when their scopes differ.
          if (pins.has(cid)) return;
          hold(pin);
          charged.delete(owner);
        },
        end() {
          for (const block of blocks) count(block, -1);
          for (const [owner, bytes] of charged) charge(owner, -bytes);
          charged.clear();
        },
      };
    },
    holds: (block) => holders.has(block),
    count: () => pins.size,
    bytes: () => total,
  };
}
