import { hexToBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import { canonicalRow } from './canonicalRow.ts';
import { parseCid } from './cids.ts';
import { MAX_CONTRIBUTION_SHARDS, MAX_OVERRIDES, MAX_PARENTS } from './limits.ts';
import { readHeaderUnverified } from './readContribution.ts';
import { hashCanonicalRow } from './rowHash.ts';
import { rowsRoot } from './rowsRoot.ts';
import { shardRows } from './shardRows.ts';
import { accountOf, signDocument } from './signedDocument.ts';
import type {
  BlockStore,
  Contribution,
  ContributionHeader,
  ContributionOverride,
  Row,
  Signer,
  WorkOptions,
} from './types.ts';
import { createYieldToEventLoop } from './yieldToEventLoop.ts';

export interface PublishContributionParameters extends WorkOptions {
  readonly datanetId: string;
  readonly rows: readonly Row[];
  /** SPDX licence expression, for example `CC0-1.0`. */
  readonly licence: string;
  /** Heads of the Datanet that are known here; they must be in `blocks`. */
  readonly parents?: readonly Cid[];
  readonly signer: Signer;
  readonly blocks: BlockStore;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Chain of the author's account; default 1. */
  readonly chainId?: number;
  /** Rows that look as if they held a secret and are published by the author's decision, which is signed. Ascending by row. */
  readonly overrides?: readonly ContributionOverride[];
}

function refuse(code: string, message: string, facts: Record<string, string | number>, hint: string): never {
  throw new TributaryError({ code, message, facts, hint });
}

/**
 * Stores the rows as shards, asks the signer for one signature over the header, stores the header. Progress counts rows.
 * The same rows, author, parents and timestamp yield the same CID, as wallets sign deterministically (RFC 6979).
 * Throws `CONTRIBUTION_EMPTY`, `CONTRIBUTION_TOO_LARGE`, errors of `canonicalRow` with the row's index, and
 * errors of signer and store.
 */
export async function publishContribution(parameters: PublishContributionParameters): Promise<Contribution> {
  const {
    datanetId,
    rows,
    licence,
    signer,
    blocks,
    timestamp,
    chainId = 1,
    overrides = [],
    signal,
    onProgress,
  } = parameters;
  const parents = [...new Set(parameters.parents ?? [])].sort();
  if (rows.length === 0)
    refuse(
      'CONTRIBUTION_EMPTY',
      'A contribution needs at least one row.',
      { rows: 0 },
      'Choose a file with rows, or accept some of those that were left out.',
    );
  if (parents.length > MAX_PARENTS)
    refuse(
      'CONTRIBUTION_TOO_LARGE',
      `A contribution names at most ${MAX_PARENTS} parents.`,
      { parents: parents.length },
      'Name the newest heads.',
    );

  if (overrides.length > MAX_OVERRIDES)
    refuse(
      'CONTRIBUTION_OVERRIDES',
      `A contribution keeps at most ${MAX_OVERRIDES} rows that look as if they held a secret.`,
      { overrides: overrides.length, maxOverrides: MAX_OVERRIDES },
      'Leave some of them out, or publish them as several contributions.',
    );

  const yieldToEventLoop = createYieldToEventLoop({ total: rows.length, signal, onProgress });
  const canonical: string[] = [];
  const hashes = [];
  for (const [index, row] of rows.entries()) {
    const turn = yieldToEventLoop(index);
    if (turn !== undefined) await turn;
    try {
      const text = canonicalRow(row);
      canonical.push(text);
      hashes.push(hashCanonicalRow(text));
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      throw new TributaryError({ ...error, message: error.message, facts: { ...error.facts, row: index } });
    }
  }
  const shards = shardRows({ canonical });
  if (shards.length > MAX_CONTRIBUTION_SHARDS) {
    refuse(
      'CONTRIBUTION_TOO_LARGE',
      `The rows fill more than ${MAX_CONTRIBUTION_SHARDS} MiB.`,
      { shards: shards.length },
      'Publish them as several contributions.',
    );
  }
  const links: Cid[] = [];
  for (const shard of shards) {
    signal?.throwIfAborted();
    links.push(await blocks.put(shard, 'raw', { signal }));
  }
  if (new Set(links).size < links.length)
    refuse(
      'CONTRIBUTION_REPEATS',
      'The same rows stand in this contribution again and again.',
      { shards: links.length, different: new Set(links).size },
      'Leave out rows that repeat others.',
    );
  let seq = 1;
  for (const parent of parents)
    seq = Math.max(seq, 1 + (await readHeaderUnverified({ cid: parent, blocks, signal })).seq);

  const facts = {
    v: 1,
    type: 'contribution',
    datanet: datanetId,
    author: accountOf(signer.address, chainId),
    seq,
    count: rows.length,
    bytes: shards.reduce((total, shard) => total + shard.byteLength, 0),
    schema: 'prompt-response/1',
    license: licence,
    ts: timestamp,
    ...(overrides.length === 0 ? {} : { overrides }),
  } as const;
  const root = rowsRoot(hashes);
  const { cid, sig, statement } = await signDocument({
    body: { ...facts, parents: parents.map(parseCid), rows: links.map(parseCid), rowsRoot: hexToBytes(root) },
    signer,
    blocks,
    signal,
  });
  onProgress?.({ done: rows.length, total: rows.length });
  const header: ContributionHeader = { ...facts, parents, rows: links, rowsRoot: root, sig, statement };
  return { cid, header };
}
