// What the relay stores, for whom, and how much of their quota it takes. It knows CIDs and sizes, not what they mean.
// Two pins may share blocks; a block is counted for each of them and deleted when none is left.
import { decode, encode } from '@ipld/dag-cbor';
import { TributaryError } from '../../src/lib/errors.ts';
import type { Cid } from '../../src/lib/units.ts';
import type { StateStore } from '../../src/peers/node.ts';

export interface Pin {
  readonly cid: Cid;
  /** Account or peer whose quota it takes. */
  readonly owner: string;
  readonly bytes: number;
  readonly blocks: readonly Cid[];
}

export interface Quota {
  readonly bytesPerOwner: number;
  readonly bytesInTotal: number;
}

export interface Pins {
  has(cid: Cid): boolean;
  /** Reserves quota while the bytes are fetched; returns the end of the reservation. Throws `QUOTA_EXCEEDED`. */
  reserve(owner: string, bytes: number): () => void;
  add(pin: Pin): Promise<void>;
  /** Protects blocks while a pin is attempted, so that another attempt that fails does not delete them. */
  lease(): { use(block: Cid): void; readonly blocks: ReadonlySet<Cid>; end(): void };
  /** Whether a pin or an attempt needs this block. */
  holds(block: Cid): boolean;
  list(): readonly Pin[];
  bytes(): number;
}

/** Smallest charge of a pin: its record and head cost something too. */
export const MIN_PIN_BYTES = 1_024;

export async function openPins(state: StateStore, quota: Quota): Promise<Pins> {
  const pins = new Map<Cid, Pin>();
  const holders = new Map<Cid, number>();
  const owners = new Map<string, number>();
  let total = 0;

  const charge = (owner: string, bytes: number): void => {
    owners.set(owner, (owners.get(owner) ?? 0) + bytes);
    total += bytes;
  };
  const count = (block: Cid, change: 1 | -1): void => void holders.set(block, (holders.get(block) ?? 0) + change);
  const hold = (pin: Pin): void => {
    pins.set(pin.cid, pin);
    charge(pin.owner, pin.bytes);
    for (const block of pin.blocks) count(block, 1);
  };
  for (const [, bytes] of await state.entries()) hold(decode<Pin>(bytes));

  return {
    has: (cid) => pins.has(cid),
    reserve(owner, wanted) {
      const bytes = Math.max(wanted, MIN_PIN_BYTES);
      const used = owners.get(owner) ?? 0;
      const [scope, limit, taken] =
        total + bytes > quota.bytesInTotal
          ? ['relay', quota.bytesInTotal, total]
          : ['owner', quota.bytesPerOwner, used];
      if ((taken as number) + bytes > (limit as number)) {
        throw new TributaryError({
          code: 'QUOTA_EXCEEDED',
          message:
            scope === 'owner'
              ? 'The author has used up the room that this relay gives to one author.'
              : 'This relay is full.',
          facts: { owner, scope: scope as string, bytes, used: taken as number, limit: limit as number },
          hint: 'Use another relay as well, or run one: npm run relay.',
        });
      }
      charge(owner, bytes);
      let open = true;
      return () => {
        if (open) charge(owner, -bytes);
        open = false;
      };
    },
    async add(given) {
      const pin = { ...given, bytes: Math.max(given.bytes, MIN_PIN_BYTES) };
      if (pins.has(pin.cid)) return;
      await state.put(pin.cid, encode(pin));
      hold(pin);
    },
    lease() {
      const blocks = new Set<Cid>();
      return {
        blocks,
        use(block) {
          if (!blocks.has(block)) count(block, 1);
          blocks.add(block);
        },
        end() {
          for (const block of blocks) count(block, -1);
        },
      };
    },
    holds: (block) => (holders.get(block) ?? 0) > 0,
    list: () => [...pins.values()],
    bytes: () => total,
  };
}
