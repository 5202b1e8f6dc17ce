// The CPU cost of attribution: suffix array and spans at a million tokens, and the kernel matrix, one question and the leverage at
// the size of the sample Datanets.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeIndex } from '../src/attribution/files/decodeIndex.ts';
import { conjugateGradient } from '../src/attribution/influence/conjugateGradient.ts';
import { countSketch } from '../src/attribution/influence/countSketch.ts';
import { integerProducts } from '../src/attribution/influence/integerProducts.ts';
import { kernelMatrix } from '../src/attribution/influence/kernelMatrix.ts';
import { damping, factorize, rowLeverage } from '../src/attribution/influence/leverage.ts';
import { mix } from '../src/attribution/influence/mix.ts';
import { createCorpus } from '../src/attribution/spans/createCorpus.ts';
import { maximalSpans } from '../src/attribution/spans/maximalSpans.ts';
import type { Row } from './benchmark.ts';

export const NAME = 'attribution';

const ROW_COUNT = 1528;
const SIZE = 4096;
const PARAMETERS = 598_016;
const TOKENS = 1_000_000;

async function timed<Result>(rows: Row[], label: string, action: () => Result | Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await action();
  rows.push({ name: label, value: performance.now() - start, unit: 'ms' });
  return result;
}

/** Rows of text-like tokens: small ids are common, and one stretch in eight repeats an earlier one. */
function text(): number[][] {
  const flat: number[] = [];
  while (flat.length < TOKENS) {
    const random = mix(1, flat.length);
    if (random % 8 === 0 && flat.length > 100) {
      const from = mix(2, flat.length) % (flat.length - 40);
      flat.push(...flat.slice(from, from + 30));
    } else flat.push(Math.floor(4096 ** ((random >>> 3) / 2 ** 29)));
  }
  return Array.from({ length: TOKENS / 200 }, (_, row) => flat.slice(row * 200, (row + 1) * 200));
}

export async function run() {
  const rows: Row[] = [];
  const documents = text();
  const corpus = await timed(rows, 'suffix array of 1,000,000 tokens', () => createCorpus(documents));
  const answer = [...(documents[7] ?? []).slice(20, 150), ...(documents[99] ?? []).slice(0, 126)];
  maximalSpans(corpus, answer);
  const spans = await timed(rows, 'maximal spans of 256 tokens', () => maximalSpans(corpus, answer));

  const gradient = Float32Array.from({ length: PARAMETERS }, (_, index) => mix(3, index) / 2 ** 31 - 1);
  countSketch(gradient, SIZE, 42);
  await timed(rows, `count sketch of ${PARAMETERS} values`, () => countSketch(gradient, SIZE, 42));

  const codes = Int8Array.from({ length: ROW_COUNT * SIZE }, (_, index) => (mix(4, index) % 255) - 127);
  const exponents = new Int32Array(ROW_COUNT);
  const products = await timed(rows, `kernel of ${ROW_COUNT} rows, ${SIZE} codes`, () =>
    integerProducts({ left: codes, right: codes, size: SIZE }),
  );
  const kernel = kernelMatrix(products, exponents, exponents);
  const lambda = damping(kernel, ROW_COUNT);
  const right = Float64Array.from({ length: ROW_COUNT }, (_, row) => kernel[row * ROW_COUNT] as number);
  conjugateGradient(kernel, lambda, right);
  const { residuals } = await timed(rows, '40 steps of conjugate gradients', () =>
    conjugateGradient(kernel, lambda, right),
  );
  const factor = await timed(rows, 'Cholesky factor', () => factorize(kernel, ROW_COUNT, lambda));
  await timed(rows, 'leverage of all rows', () => rowLeverage(factor, lambda));

  // Measured when the indexes of the sample adapters were built (tools/buildIndexes.ts).
  const recovery = ['elements', 'tidemark'].map((id) => {
    const file = path.join(import.meta.dirname, '..', 'public', 'adapters', id, 'index.cbor');
    const { evaluation } = decodeIndex(readFileSync(file));
    const measured = evaluation === null ? 0 : evaluation.sourceInFive / evaluation.questions;
    return { name: `${id}: a row of the right fact among five`, measured, required: '>= 0.9', pass: measured >= 0.9 };
  });
  const converged = (residuals[40] as number) / (residuals[0] as number);
  const longest = spans.spans.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    rows,
    checks: [
      ...recovery,
      { name: 'squared residual after 40 steps', measured: converged, required: '< 1e-20', pass: converged < 1e-20 },
      { name: 'longest copied span', measured: longest, required: '>= 126', pass: longest >= 126 },
    ],
  };
}
