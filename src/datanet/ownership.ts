// Who was first: the one order of contributions by which everybody decides whose rows they are. What an author says of himself
// (time, sequence number) plays no part in it, since a copier can say anything. In this order:
//
// 1. What is registered on the chain by its author, in the chain's order. Nobody can backdate a block.
// 2. What a relay has witnessed, by the earliest time of any relay that the reader is configured with. Times of one relay only
//    grow; when relays disagree the earliest counts, which makes each order the same whatever else a reader has seen.
// 3. What nobody has witnessed, by CID: nothing can be known of it, and so it comes after everything else.
//
// A contribution that names another as parent proves that the other was there before it: each is as early as the earliest that
// descends from it, on the chain and for witnesses apart, so that those with the same proof on the chain go by their witnesses. Pure; where chain and witnesses come from, it does not know.
import type { Cid } from '../lib/units.ts';

/** What is known of when a contribution was there. */
export interface Evidence {
  /** Of its registration by its own author. */
  readonly chain?: {
    /** Seconds since 1970 of the block. */
    readonly time: number;
    /** Place among the contributions to its Datanet on the chain. */
    readonly index: number;
  };
  /** Of relays that the reader trusts; `time` in milliseconds since 1970. */
  readonly witnesses?: readonly { readonly relay: string; readonly time: number }[];
}

export interface Datable extends Evidence {
  readonly cid: Cid;
  readonly parents: readonly Cid[];
}

/** Compared from left to right; `place` is an index on the chain or the name of a relay. */
type Proof = readonly [time: number, place: number | string];

/** After every proof. */
const NOTHING: Proof = [Number.POSITIVE_INFINITY, ''];

function compareProofs([oneTime, onePlace]: Proof, [otherTime, otherPlace]: Proof): number {
  if (oneTime !== otherTime) return oneTime < otherTime ? -1 : 1;
  if (onePlace !== otherPlace) return onePlace < otherPlace ? -1 : 1;
  return 0;
}

const chainProof = ({ chain }: Datable): Proof | undefined =>
  chain === undefined ? undefined : [chain.time, chain.index];

function witnessProof({ witnesses = [] }: Datable): Proof | undefined {
  return witnesses.map(({ time, relay }): Proof => [time, relay]).toSorted(compareProofs)[0];
}

/** Contributions, each after the known ones that it descends from; of equals the one of the smaller CID first. Parents that form a circle are passed over. */
function ancestorsFirst<Item extends Datable>(items: readonly Item[]): Item[] {
  const byCid = new Map(items.map((item) => [item.cid, item]));
  const sorted = items.toSorted((one, other) => (one.cid < other.cid ? -1 : 1));
  const placed: Item[] = [];
  const seen = new Set<Cid>();
  for (const start of sorted) {
    // Not by recursion: a chain of parents can be as long as a Datanet is large.
    const path: { readonly item: Item; readonly parents: Cid[] }[] = [];
    const enter = (item: Item): void => {
      if (seen.has(item.cid)) return;
      seen.add(item.cid);
      path.push({ item, parents: item.parents.toSorted().reverse() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const parent = top.parents.pop();
      const known = parent === undefined ? undefined : byCid.get(parent);
      if (known !== undefined) enter(known);
      else if (parent === undefined) placed.push((path.pop() as typeof top).item);
    }
  }
  return placed;
}

/** Of each item the earliest proof of this kind that it or one of its descendants has. `placed`: ancestors first. */
function inheritedProofs<Item extends Datable>(
  placed: readonly Item[],
  ownProof: (item: Item) => Proof | undefined,
): ReadonlyMap<Cid, Proof> {
  const proofs = new Map<Cid, Proof>();
  for (const item of placed.toReversed()) {
    const own = ownProof(item);
    const inherited = proofs.get(item.cid);
    const proof = own !== undefined && (inherited === undefined || compareProofs(own, inherited) < 0) ? own : inherited;
    if (proof === undefined) continue;
    proofs.set(item.cid, proof);
    for (const parent of item.parents) {
      const before = proofs.get(parent);
      if (before === undefined || compareProofs(proof, before) < 0) proofs.set(parent, proof);
    }
  }
  return proofs;
}

/** The items, whoever was first in front. The same for the same items and evidence, in whatever order they are given. */
export function orderByOwnership<Item extends Datable>(items: readonly Item[]): readonly Item[] {
  const placed = ancestorsFirst([...new Map(items.map((item) => [item.cid, item])).values()]);
  // Apart, since one registered contribution dates all its ancestors to the same block: among them witnesses decide.
  const kinds = [inheritedProofs(placed, chainProof), inheritedProofs(placed, witnessProof)];
  const place = new Map(placed.map(({ cid }, index) => [cid, index]));
  return placed.toSorted((one, other) => {
    for (const proofs of kinds) {
      const order = compareProofs(proofs.get(one.cid) ?? NOTHING, proofs.get(other.cid) ?? NOTHING);
      if (order !== 0) return order;
    }
    // Equal proofs are inherited ones, or none: there the order is that in which each comes after its ancestors.
    return (place.get(one.cid) as number) - (place.get(other.cid) as number);
  });
}
