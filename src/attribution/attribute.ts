// One answer: gradient and token ids in, evidence and shares out.
import { bytesToHex } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { PPM_TOTAL } from '../lib/units.ts';
import { countSketch } from './influence/countSketch.ts';
import { quantize } from './influence/quantize.ts';
import { influenceOf } from './influenceOf.ts';
import type { OpenedIndex } from './openIndex.ts';
import { shareOut } from './shareOut.ts';
import { classBest } from './shares/classBest.ts';
import type { Attribution, RowEvidence } from './types.ts';
import { verbatimOf } from './verbatimOf.ts';

const MAX_ROWS = 50;
/** Rows that are shown even when none is influential, and marked as such. */
const MIN_SHOWN_ROWS = 5;
const MAX_SPAN_ROWS = 20;

/** The part of the payment that each row earns through one channel: the largest weight of its class pays, once. */
function rowParts(weights: ArrayLike<number>, classes: Int32Array, channelPpm: number): Float64Array {
  const best = classBest(weights, classes);
  const parts = new Float64Array(classes.length);
  let total = 0;
  for (const row of best.values()) total += weights[row] as number;
  if (total > 0) for (const row of best.values()) parts[row] = (channelPpm * (weights[row] as number)) / total;
  return parts;
}

/** Throws `ATTRIBUTION_GRADIENT_SHAPE`, `SKETCH_NOT_FINITE`. About 0.15 s at 1,500 rows. */
export function attribute(opened: OpenedIndex, gradient: Float32Array, answerIds: readonly number[]): Attribution {
  const { index, texts } = opened;
  const { trained, policy } = index;
  if (gradient.length !== index.parameterCount) {
    throw new TributaryError({
      code: 'ATTRIBUTION_GRADIENT_SHAPE',
      message: 'The gradient does not belong to the adapter of this index.',
      facts: { length: gradient.length, expected: index.parameterCount },
      hint: 'Load the adapter that the index was built for.',
    });
  }
  const sketch = quantize(countSketch(gradient, index.size, index.seed));
  const { scores, threshold, excess, chancePpm } = influenceOf(opened, sketch);
  const verbatim = verbatimOf(opened, answerIds);
  const shared = shareOut(index, { influence: excess, chancePpm, verbatim: verbatim.scores });

  const verbatimPpm = verbatim.scores.size > 0 ? policy.channelsPpm[1] : 0;
  const influenceParts = rowParts(excess, trained.classes, PPM_TOTAL - verbatimPpm - shared.unattributedPpm);
  const bits = new Float64Array(trained.count);
  for (const [row, value] of verbatim.scores) bits[row] = value;
  const verbatimParts = rowParts(bits, trained.classes, verbatimPpm);
  const ppm = influenceParts.map((part, row) => part + (verbatimParts[row] as number));

  const order = Array.from(scores.keys()).sort(
    (one, other) =>
      (ppm[other] as number) - (ppm[one] as number) ||
      (scores[other] as number) - (scores[one] as number) ||
      one - other,
  );
  const rows = order
    .filter((row, rank) => rank < MIN_SHOWN_ROWS || (excess[row] as number) > 0 || (bits[row] as number) > 0)
    .slice(0, MAX_ROWS)
    .map((row): RowEvidence => {
      const text = texts[row];
      return {
        row,
        account: index.accounts[trained.owners[row] as number] as string,
        rowHash: bytesToHex(trained.hashes.subarray(32 * row, 32 * row + 32)),
        contribution: index.contributionNames[trained.contributions[row] as number] as string,
        position: trained.positions[row] as number,
        prompt: text?.prompt ?? '',
        response: text?.response ?? '',
        influence: scores[row] as number,
        influential: (excess[row] as number) > 0,
        verbatimBits: bits[row] as number,
        ppm: Math.round(ppm[row] as number),
      };
    });

  return {
    method: 'dual-ridge-int8-sketch',
    evaluation: index.evaluation,
    threshold,
    chancePpm,
    placeboCount: index.placebo.count,
    influentialCount: excess.reduce((count, value) => count + (value > 0 ? 1 : 0), 0),
    rows,
    spans: verbatim.spans.map(({ start, length, bits: surprisal, count, rows: holders }) => ({
      start,
      end: start + length,
      bits: surprisal,
      count,
      rows: holders.slice(0, MAX_SPAN_ROWS),
    })),
    contributors: shared.contributors,
    unattributedPpm: shared.unattributedPpm,
    evidence: shared.evidence,
    sketch,
  };
}
