import { bytesToHex } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { cid as brandedCid, type Cid, type RowHash } from '../lib/units.ts';
import { canonicalRow } from './canonicalRow.ts';
import { getChecked } from './cids.ts';
import { MAX_HEADER_BYTES, MAX_SHARD_BYTES } from './limits.ts';
import { hashCanonicalRow } from './rowHash.ts';
import { createRootBuilder } from './rowsRoot.ts';
import { headerSchema } from './schemas.ts';
import { readDocument } from './signedDocument.ts';
import type { BlockStore, Contribution, ContributionHeader, ReadOptions, Row, Verify, WorkOptions } from './types.ts';
import { createYieldToEventLoop } from './yieldToEventLoop.ts';

export interface ReadContributionHeaderParameters extends ReadOptions {
  readonly cid: Cid;
  readonly blocks: BlockStore;
  readonly verify: Verify;
}

/** The header, after checking its signature: a relay reads it before any row. Throws as `readDocument`. */
export async function readContributionHeader(
  parameters: ReadContributionHeaderParameters,
): Promise<ContributionHeader> {
  const { document, sig, statement } = await readDocument({
    ...parameters,
    kind: 'contribution',
    schema: headerSchema,
    maxBytes: MAX_HEADER_BYTES,
  });
  const text = (link: { toString(): string }): Cid => brandedCid(link.toString());
  return {
    ...document,
    parents: document.parents.map(text),
    rows: document.rows.map(text),
    rowsRoot: bytesToHex(document.rowsRoot),
    sig,
    statement,
  };
}

/** For the parents of a new contribution, which were verified when they arrived. */
export function readHeaderUnverified(
  parameters: Omit<ReadContributionHeaderParameters, 'verify'>,
): Promise<ContributionHeader> {
  return readContributionHeader({ ...parameters, verify: () => true });
}

export interface ReadContributionParameters extends ReadContributionHeaderParameters, WorkOptions {}

export interface ReadContribution extends Contribution {
  readonly rows: readonly Row[];
  readonly rowHashes: readonly RowHash[];
}

/**
 * Calls `onRow` for each row, in order, after checking its line; then checks what the header states of all of them. It holds one
 * shard at a time. Progress counts rows.
 */
async function checkRowsOf(
  header: ContributionHeader,
  { cid, blocks, signal, onProgress }: ReadContributionParameters,
  onRow: (row: Row, hash: RowHash) => void,
): Promise<void> {
  const refuse = (what: string, stated: string | number, actual: string | number): never => {
    throw new TributaryError({
      code: 'CONTRIBUTION_MISMATCH',
      message: `The rows of this contribution are not those that its author signed: ${what} differs.`,
      facts: { cid, what, stated, actual },
      hint: 'It is refused as a whole; ask its author to publish it again.',
    });
  };
  let [bytes, count] = [0, 0];
  const builder = createRootBuilder();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const yieldToEventLoop = createYieldToEventLoop({ total: header.count, signal, onProgress });
  for (const [index, link] of header.rows.entries()) {
    const shard = await getChecked({
      cid: link,
      codec: 'raw',
      maxBytes: Math.min(MAX_SHARD_BYTES, header.bytes - bytes),
      blocks,
      signal,
    });
    bytes += shard.byteLength;
    const lines = decodeLines(shard, decoder) ?? refuse(`encoding of shard ${index}`, 'UTF-8 lines', 'other bytes');
    for (const line of lines) {
      if (count === header.count) refuse('count', header.count, `more than ${header.count}`);
      const row = parseCanonical(line) ?? refuse(`form of row ${count}`, 'canonical JSON', line.slice(0, 80));
      const hash = hashCanonicalRow(line);
      builder.add(hash);
      onRow(row, hash);
      count += 1;
      const turn = yieldToEventLoop(count);
      if (turn !== undefined) await turn;
    }
  }
  if (bytes !== header.bytes) refuse('bytes', header.bytes, bytes);
  if (count !== header.count) refuse('count', header.count, count);
  const root = builder.root();
  if (root !== header.rowsRoot) refuse('root', header.rowsRoot, root);
  onProgress?.({ done: count, total: count });
}

/**
 * A contribution with its rows, after checking them against the header: bytes, count, canonical form of every line, Merkle
 * root. Progress counts rows.
 * Throws `CONTRIBUTION_MISMATCH` (its facts say where), as `readContributionHeader`, and errors of the store.
 */
export async function readContribution(parameters: ReadContributionParameters): Promise<ReadContribution> {
  const header = await readContributionHeader(parameters);
  const rows: Row[] = [];
  const rowHashes: RowHash[] = [];
  await checkRowsOf(header, parameters, (row, hash) => {
    rows.push(row);
    rowHashes.push(hash);
  });
  return { cid: parameters.cid, header, rows, rowHashes };
}

/** Checks a contribution as `readContribution` does, without having its rows in memory: for who keeps it for others. */
export async function checkContribution(parameters: ReadContributionParameters): Promise<ContributionHeader> {
  const header = await readContributionHeader(parameters);
  await checkRowsOf(header, parameters, () => undefined);
  return header;
}

/** Lines of a shard without their LF; null when it is not UTF-8 or does not end with a line break. */
function decodeLines(shard: Uint8Array, decoder: TextDecoder): string[] | null {
  let text: string;
  try {
    text = decoder.decode(shard);
  } catch {
    return null; // the caller names the shard
  }
  return text.endsWith('\n') ? text.slice(0, -1).split('\n') : null;
}

/** The row of a line; null unless the line is its canonical text. */
function parseCanonical(line: string): Row | null {
  try {
    const row = JSON.parse(line) as Row;
    return canonicalRow(row) === line ? row : null;
  } catch {
    return null; // the caller names the row
  }
}
