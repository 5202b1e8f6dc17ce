import { isAbort, TributaryError, toTributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import { MAX_CONTRIBUTIONS } from './limits.ts';
import { type Evidence, orderByOwnership } from './ownership.ts';
import { readContributionHeader } from './readContribution.ts';
import type { BlockStore, Contribution, Verify, WorkOptions } from './types.ts';

/** Requests in flight: each is a round trip, and parents are only known after their children. */
const MAX_PARALLEL_READS = 32;

export interface UnionContributionsParameters extends WorkOptions {
  readonly heads: readonly Cid[];
  readonly datanetId: string;
  readonly blocks: BlockStore;
  readonly verify: Verify;
  /** What is known of when each was there. Default: nothing. */
  readonly evidenceOf?: (cid: Cid) => Evidence;
  /** Maximum number of contributions to read; default 10,000. */
  readonly limit?: number;
}

export interface ContributionUnion {
  /**
   * Every reachable contribution of the Datanet once, whoever was first in front (`orderByOwnership`). The same for the same set of
   * heads and the same evidence. Of several signatures under one statement the first counts.
   */
  readonly contributions: readonly Contribution[];
  /** Contributions that are no other's parent: the parents of the next one. */
  readonly heads: readonly Cid[];
  /** Contributions that could not be read or were refused; the union is made without them. */
  readonly problems: readonly { readonly cid: Cid; readonly error: TributaryError }[];
}

/**
 * The Datanet as a grow-only set: all contributions reachable from `heads` by parents. Merging two views is the union over
 * both lists of heads. A hostile graph costs at most `limit` reads. Progress counts contributions.
 */
export async function unionContributions(parameters: UnionContributionsParameters): Promise<ContributionUnion> {
  const { heads, datanetId, blocks, verify, evidenceOf, limit = MAX_CONTRIBUTIONS, signal, onProgress } = parameters;
  const seen = new Set<Cid>(heads);
  const contributions: Contribution[] = [];
  const problems: { cid: Cid; error: TributaryError }[] = [];
  let queue: Cid[] = [...seen];
  while (queue.length > 0) {
    signal?.throwIfAborted();
    const batch = queue.slice(0, MAX_PARALLEL_READS);
    queue = queue.slice(MAX_PARALLEL_READS);
    if (contributions.length + problems.length + batch.length > limit) {
      throw new TributaryError({
        code: 'DATANET_TOO_LARGE',
        message: `This Datanet has more than ${limit} contributions.`,
        facts: { datanet: datanetId, limit },
        hint: 'Read it from fewer heads.',
      });
    }
    await Promise.all(
      batch.map(async (cid) => {
        try {
          const header = await readContributionHeader({ cid, blocks, verify, signal });
          if (header.datanet !== datanetId) {
            throw new TributaryError({
              code: 'DATANET_OTHER',
              message: 'This contribution is for another Datanet.',
              facts: { cid, datanet: header.datanet, expected: datanetId },
              hint: 'It is left out.',
            });
          }
          contributions.push({ cid, header });
          for (const parent of header.parents) {
            if (seen.has(parent)) continue;
            seen.add(parent);
            queue.push(parent);
          }
        } catch (error) {
          if (isAbort(error) && signal?.aborted === true) throw error;
          problems.push({ cid, error: toTributaryError(error) });
        }
      }),
    );
    onProgress?.({ done: contributions.length, total: contributions.length + queue.length });
  }
  const byCid = (one: Cid, other: Cid): number => (one < other ? -1 : one > other ? 1 : 0);
  const ordered = orderByOwnership(
    contributions.map(({ cid, header }) => ({ cid, header, parents: header.parents, ...evidenceOf?.(cid) })),
  );
  const statements = new Map<string, Contribution>();
  for (const { cid, header } of ordered) {
    if (!statements.has(header.statement)) statements.set(header.statement, { cid, header });
  }
  problems.sort((one, other) => byCid(one.cid, other.cid));
  const named = new Set(contributions.flatMap(({ header }) => header.parents));
  const counted = [...statements.values()];
  return { contributions: counted, heads: counted.map(({ cid }) => cid).filter((cid) => !named.has(cid)), problems };
}
