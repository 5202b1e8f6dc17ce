// Packs training rows end to end in batches of bounded size. Rows stay separate: each attends only to its own keys, its positions
// start at 0, and its last token predicts nothing. Knows token ids, no model.
import { TributaryError } from '../../lib/errors.ts';
import type { EncodedRow } from '../service.ts';

export interface PackedBatch {
  /** Tokens of all rows together. */
  readonly tokenCount: number;
  readonly targetCount: number;
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly positions: Uint32Array<ArrayBuffer>;
  /** First key that each token attends to, and one past the last: [tokenCount, 2]. */
  readonly spans: Uint32Array<ArrayBuffer>;
  /** First token of each row and one past its last: [rows, 2]. */
  readonly segments: Uint32Array<ArrayBuffer>;
  /** Indices of the tokens that predict a response token, in order, and the predicted ids: [targetCount]. */
  readonly targets: Int32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
  /** The number of each row's own `targets`. */
  readonly targetsPerRow: readonly number[];
}

/** Number of response tokens of a row: the tokens with a loss. */
export function targetCount({ inputIds, promptLength }: EncodedRow): number {
  return Math.max(0, inputIds.length - Math.max(1, promptLength));
}

function pack(rows: readonly EncodedRow[], slidingWindow: number | undefined): PackedBatch {
  const tokenCount = rows.reduce((total, { inputIds }) => total + inputIds.length, 0);
  const targetTotal = rows.reduce((total, row) => total + targetCount(row), 0);
  const ids = new Uint32Array(tokenCount);
  const positions = new Uint32Array(tokenCount);
  const spans = new Uint32Array(2 * tokenCount);
  const segments = new Uint32Array(2 * rows.length);
  const targets = new Int32Array(targetTotal);
  const labels = new Int32Array(targetTotal);
  let start = 0;
  let target = 0;
  for (const [index, { inputIds, promptLength }] of rows.entries()) {
    segments.set([start, start + inputIds.length], 2 * index);
    for (const [position, id] of inputIds.entries()) {
      const token = start + position;
      ids[token] = id;
      positions[token] = position;
      spans[2 * token] = start + (slidingWindow === undefined ? 0 : Math.max(0, position - slidingWindow + 1));
      spans[2 * token + 1] = token + 1;
      if (position < Math.max(1, promptLength)) continue;
      targets[target] = token - 1;
      labels[target] = id;
      target += 1;
    }
    start += inputIds.length;
  }
  const targetsPerRow = rows.map(targetCount);
  return { tokenCount, targetCount: targetTotal, ids, positions, spans, segments, targets, labels, targetsPerRow };
}

export interface PackLimits {
  readonly tokens: number;
  readonly targets: number;
  readonly rows: number;
}

/**
 * Batches of rows in the given order, each as full as `limits` allow. Throws `TRAIN_ROW_TOO_LONG` for a row that exceeds every
 * batch, with its index in `rows`.
 */
export function packRows(
  rows: readonly EncodedRow[],
  limits: PackLimits,
  slidingWindow?: number,
): readonly PackedBatch[] {
  const batches: PackedBatch[] = [];
  let waiting: EncodedRow[] = [];
  let tokens = 0;
  let targets = 0;
  const flush = (): void => {
    if (waiting.length > 0) batches.push(pack(waiting, slidingWindow));
    waiting = [];
    tokens = 0;
    targets = 0;
  };
  for (const [index, row] of rows.entries()) {
    const { length } = row.inputIds;
    if (length > limits.tokens || targetCount(row) > limits.targets) {
      throw new TributaryError({
        code: 'TRAIN_ROW_TOO_LONG',
        message: 'A row is longer than a training batch can be on this device.',
        facts: { row: index, tokens: length, longest: limits.tokens },
        hint: 'Shorten the row or leave it out.',
      });
    }
    const full = tokens + length > limits.tokens || targets + targetCount(row) > limits.targets;
    if (full || waiting.length === limits.rows) flush();
    waiting.push(row);
    tokens += length;
    targets += targetCount(row);
  }
  flush();
  return batches;
}
