import { bytesToHex } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { cid as brandedCid, type Cid, type RowHash } from '../lib/units.ts';
import { canonicalRow } from './canonicalRow.ts';
import { getChecked } from './cids.ts';
import { MAX_HEADER_BYTES, MAX_SHARD_BYTES } from './limits.ts';
import { hashCanonicalRow } from './rowHash.ts';
import { rowsRoot } from './rowsRoot.ts';
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
 * A contribution with its rows, after checking them against the header: bytes, count, canonical form of every line, Merkle
 * root. Progress counts rows.
 * Throws `CONTRIBUTION_MISMATCH` (its facts say where), as `readContributionHeader`, and errors of the store.
 */
export async function readContribution(parameters: ReadContributionParameters): Promise<ReadContribution> {
  const { cid, blocks, signal, onProgress } = parameters;
  const header = await readContributionHeader(parameters);
  const refuse = (what: string, stated: string | number, actual: string | number): never => {
    throw new TributaryError({
      code: 'CONTRIBUTION_MISMATCH',
      message: `The rows of this contribution are not those that its author signed: ${what} differs.`,
      facts: { cid, what, stated, actual },
      hint: 'It is refused as a whole; ask its author to publish it again.',
    });
  };
  const rows: Row[] = [];
  const rowHashes: RowHash[] = [];
  let bytes = 0;
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
      if (rows.length === header.count) refuse('count', header.count, `more than ${header.count}`);
      const row = parseCanonical(line) ?? refuse(`form of row ${rows.length}`, 'canonical JSON', line.slice(0, 80));
      rows.push(row);
      rowHashes.push(hashCanonicalRow(line));
      const turn = yieldToEventLoop(rows.length);
      if (turn !== undefined) await turn;
    }
  }
  if (bytes !== header.bytes) refuse('bytes', header.bytes, bytes);
  if (rows.length !== header.count) refuse('count', header.count, rows.length);
  const root = rowsRoot(rowHashes);
  if (root !== header.rowsRoot) refuse('root', header.rowsRoot, root);
  onProgress?.({ done: rows.length, total: rows.length });
  return { cid, header, rows, rowHashes };
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
