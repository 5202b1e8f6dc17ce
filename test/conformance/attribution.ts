// Golden influence scores, spans and shares (`influence/`, `influence/scores/`, `spans/`, `shares/`) against this build.
// Integer and fixed-order steps are compared bit for bit: their error is a count of mismatches with tolerance 0.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { conjugateGradient } from '../../src/attribution/influence/conjugateGradient.ts';
import { countSketch } from '../../src/attribution/influence/countSketch.ts';
import { integerProducts } from '../../src/attribution/influence/integerProducts.ts';
import { kernelMatrix } from '../../src/attribution/influence/kernelMatrix.ts';
import { damping, factorize, placeboLeverage, rowLeverage } from '../../src/attribution/influence/leverage.ts';
import { fmix32, mix } from '../../src/attribution/influence/mix.ts';
import { quantize } from '../../src/attribution/influence/quantize.ts';
import { scoreQuery } from '../../src/attribution/influence/scoreQuery.ts';
import { capShares } from '../../src/attribution/shares/capShares.ts';
import { classWeights } from '../../src/attribution/shares/classWeights.ts';
import { combineChannels } from '../../src/attribution/shares/combineChannels.ts';
import { largestRemainder } from '../../src/attribution/shares/largestRemainder.ts';
import { placeboThreshold } from '../../src/attribution/shares/placeboThreshold.ts';
import { exactWeight } from '../../src/attribution/shares/rational.ts';
import { createCorpus } from '../../src/attribution/spans/createCorpus.ts';
import { maximalSpans } from '../../src/attribution/spans/maximalSpans.ts';
import { gateSpans, rowScores } from '../../src/attribution/spans/rowScores.ts';
import { suffixArray } from '../../src/attribution/spans/suffixArray.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import { type GoldenTensor, readTensors } from '../support/readTensors.ts';
import type { CasesOfFolder, ConformanceCase, Measured } from './conformanceCase.ts';
import { linearDatamodelingScore } from './linearDatamodelingScore.ts';

type Numbers = readonly number[];

function readJson<Value>(file: string): Value {
  return JSON.parse(readFileSync(file, 'utf8')) as Value;
}

/** How many entries differ; different lengths count in full. */
function mismatches(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let count = Math.abs(actual.length - expected.length);
  for (let i = 0; i < Math.min(actual.length, expected.length); i += 1) if (actual[i] !== expected[i]) count += 1;
  return count;
}

/** Largest difference over the largest golden value. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const gap = Math.abs((actual[i] as number) - (expected[i] as number));
    if (!(gap <= difference)) difference = gap;
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return difference / (largest || 1);
}

const exact = (error: number, note: string): Measured => ({ error, tolerance: 0, note });

// ------------------------------------------------------------------------------------------------ shares

/** Shares of float weights, with the fallback when they are all zero; `error` for what must be refused. */
function shareOrRefuse(weights: Numbers, fallback: Numbers | null | undefined): Numbers | null | 'error' {
  try {
    const parts = largestRemainder(weights.map(exactWeight));
    if (parts !== null || !fallback) return parts;
    return largestRemainder(fallback.map(BigInt));
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'SHARE_WEIGHT_INVALID') return 'error';
    throw error;
  }
}

interface ShareCase {
  readonly name: string;
  readonly ppm: Numbers | null;
  readonly error?: true;
  readonly weights: readonly (number | string)[];
  readonly fallback?: Numbers | null;
  readonly z: Numbers;
  readonly classes: readonly string[];
  readonly owners: Numbers;
  readonly contributors: number;
  readonly tau: Numbers;
  readonly placebo: Numbers;
  readonly percent: number;
  readonly threshold: number;
  readonly cap_ppm: number;
  readonly influence: Numbers;
  readonly verbatim: Numbers;
  readonly retrieval: Numbers;
  readonly alphas_ppm: readonly [number, number, number];
}

const notFinite: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};
const exactly = (weights: Numbers): bigint[] => weights.map(exactWeight);

const shareChecks: Record<string, (golden: ShareCase) => Numbers | null | 'error'> = {
  remainder: ({ weights, fallback }) =>
    shareOrRefuse(
      weights.map((weight) => (typeof weight === 'string' ? (notFinite[weight] as number) : weight)),
      fallback,
    ),
  classes: ({ z, classes, owners, contributors }) =>
    largestRemainder(classWeights({ weights: z, classes, owners, contributorCount: contributors })),
  placebo: ({ tau, placebo, percent, threshold, z }) => {
    const found = placeboThreshold(placebo, percent);
    const excess = tau.map((value) => Math.max(0, value - found));
    if (found !== threshold || mismatches(excess, z) > 0) return 'error';
    return largestRemainder(exactly(excess));
  },
  caps: ({ weights, cap_ppm }) => largestRemainder(capShares(exactly(weights as Numbers), cap_ppm)),
  channels: ({ influence, verbatim, retrieval, alphas_ppm, fallback }) =>
    largestRemainder(
      combineChannels({
        channels: [exactly(influence), exactly(verbatim), exactly(retrieval)],
        channelsPpm: alphas_ppm,
        fallback: (fallback as Numbers).map(BigInt),
      }).weights,
    ),
};

function shareCase(file: string, kind: string): ConformanceCase {
  return {
    name: kind,
    async run() {
      const { cases } = readJson<{ readonly cases: readonly ShareCase[] }>(file);
      const wrong = cases.filter((golden) => {
        const found = (shareChecks[kind] as (golden: ShareCase) => unknown)(golden);
        return JSON.stringify(found) !== JSON.stringify(golden.error === true ? 'error' : golden.ppm);
      });
      return exact(
        wrong.length,
        [`${cases.length} splits`, ...wrong.slice(0, 3).map(({ name }) => `wrong: ${name}`)].join(', '),
      );
    },
  };
}

// ------------------------------------------------------------------------------------------------ spans

interface SpanFile {
  readonly rows: readonly Numbers[];
  readonly suffix_array: Numbers;
  readonly queries: readonly {
    readonly tokens: Numbers;
    readonly longest: Numbers;
    readonly spans: readonly {
      readonly start: number;
      readonly length: number;
      readonly count: number;
      readonly rows: Numbers;
      readonly bits: number;
    }[];
    readonly gates: readonly {
      readonly min_length: number;
      readonly max_count: number;
      readonly min_bits: number;
      readonly kept: Numbers;
      readonly row_scores: readonly (readonly [number, number])[];
    }[];
  }[];
}

function* spanCases(file: string): Generator<ConformanceCase> {
  const name = path.basename(file, '.json');
  const golden = readJson<SpanFile>(file);
  const corpus = createCorpus(golden.rows);
  yield {
    name: `${name} suffix array`,
    run: async () => exact(mismatches(corpus.suffixes, golden.suffix_array), `${corpus.text.length} positions`),
  };
  yield {
    name: `${name} suffix array over raw token ids`,
    async run() {
      const text = golden.rows.flatMap((row, number) => [...row.map((token) => golden.rows.length + token), number]);
      const largest = text.reduce((most, symbol) => Math.max(most, symbol), 0);
      return exact(
        mismatches(suffixArray(Int32Array.from(text), largest + 1), golden.suffix_array),
        `alphabet ${largest + 1}`,
      );
    },
  };
  yield {
    name: `${name} spans`,
    async run() {
      let wrong = 0;
      let count = 0;
      for (const query of golden.queries) {
        const found = maximalSpans(corpus, query.tokens);
        wrong += mismatches(found.longest, query.longest);
        const plain = (span: { start: number; length: number; count: number; rows: Numbers }): string =>
          JSON.stringify([span.start, span.length, span.count, span.rows]);
        if (found.spans.map(plain).join() !== query.spans.map(plain).join()) wrong += 1;
        count += query.spans.length;
      }
      return exact(wrong, `${count} spans`);
    },
  };
  yield {
    name: `${name} gates and row scores`,
    async run() {
      let error = 0;
      let count = 0;
      for (const query of golden.queries) {
        const { spans } = maximalSpans(corpus, query.tokens);
        error = Math.max(
          error,
          distance(
            spans.map(({ bits }) => bits),
            query.spans.map(({ bits }) => bits),
          ),
        );
        for (const gate of query.gates) {
          const kept = gateSpans(spans, {
            minLength: gate.min_length,
            minBits: gate.min_bits,
            maxCount: gate.max_count,
          });
          const scores = [...rowScores(kept)];
          if (
            mismatches(
              kept.map((span) => spans.indexOf(span)),
              gate.kept,
            ) > 0
          )
            error = Number.POSITIVE_INFINITY;
          if (
            mismatches(
              scores.map(([row]) => row),
              gate.row_scores.map(([row]) => row),
            ) > 0
          )
            error = Number.POSITIVE_INFINITY;
          error = Math.max(
            error,
            distance(
              scores.map(([, score]) => score),
              gate.row_scores.map(([, score]) => score),
            ),
          );
          count += 1;
        }
      }
      return { error, tolerance: 1e-12, note: `${count} gates` };
    },
  };
}

// ------------------------------------------------------------------------------------------------ influence

interface HashFile {
  readonly size: number;
  readonly fmix32: readonly { readonly input: number; readonly output: number }[];
  readonly vectors: readonly {
    readonly seed: number;
    readonly index: number;
    readonly hash: number;
    readonly bucket: number;
    readonly sign: number;
  }[];
  readonly chains: readonly { readonly seed: number; readonly values: Numbers; readonly hash: number }[];
}

function hashCase(file: string): ConformanceCase {
  return {
    name: 'hash',
    async run() {
      const golden = readJson<HashFile>(file);
      let wrong = 0;
      for (const { input, output } of golden.fmix32) if (fmix32(input) !== output) wrong += 1;
      for (const { seed, values, hash } of golden.chains) if (mix(seed, ...values) !== hash) wrong += 1;
      for (const { seed, index, hash, bucket, sign } of golden.vectors) {
        const found = mix(seed, index);
        if (found !== hash) wrong += 1;
        if ((found >>> 1) % golden.size !== bucket || ((found & 1) === 1 ? -1 : 1) !== sign) wrong += 1;
      }
      return exact(wrong, `${golden.vectors.length + golden.chains.length} hashes`);
    },
  };
}

function quantizeCase(file: string): ConformanceCase {
  return {
    name: 'quantize',
    async run() {
      const { cases } = readJson<{
        readonly cases: readonly {
          readonly name: string;
          readonly phi: Numbers;
          readonly codes: Numbers;
          readonly exponent: number;
        }[];
      }>(file);
      const wrong = cases.filter(({ phi, codes, exponent }) => {
        const found = quantize(Float64Array.from(phi));
        return found.exponent !== exponent || mismatches(found.codes, codes) > 0;
      });
      return exact(wrong.length, [`${cases.length} vectors`, ...wrong.map(({ name }) => name)].join(', '));
    },
  };
}

/** Column `q` of a [rows, columns] tensor. */
function column({ shape, data }: GoldenTensor, q: number): Float64Array<ArrayBuffer> {
  const [rows = 0, columns = 0] = shape;
  return Float64Array.from({ length: rows }, (_, i) => data[i * columns + q] as number);
}

class Tensors {
  readonly #tensors: ReadonlyMap<string, GoldenTensor>;
  constructor(file: string) {
    this.#tensors = readTensors(file);
  }
  has(name: string): boolean {
    return this.#tensors.has(name);
  }
  get(name: string): GoldenTensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new Error(`the golden file has no tensor ${name}`);
    return tensor;
  }
  f64(name: string): Float64Array<ArrayBuffer> {
    return Float64Array.from(this.get(name).data);
  }
}

/** Solves every query; counts bits that differ from the golden solution and residuals. */
function solveAll(kernel: Float64Array, lambda: number, right: GoldenTensor, tensors: Tensors): Measured {
  const queries = right.shape[1] as number;
  let wrong = 0;
  for (let q = 0; q < queries; q += 1) {
    const { solution, residuals } = conjugateGradient(kernel, lambda, column(right, q));
    wrong +=
      mismatches(solution, column(tensors.get('cg'), q)) +
      mismatches(residuals, column(tensors.get('cg_residuals'), q));
  }
  return exact(wrong, `${queries} queries of ${right.shape[0]} rows`);
}

interface SketchSettings {
  readonly size: number;
  readonly seed: number;
}

const kinds = ['rows', 'queries', 'placebo'] as const;

function codesOf(tensors: Tensors, kind: string): { codes: Int8Array; exponents: Int32Array; size: number } {
  const { shape, data } = tensors.get(`codes_${kind}`);
  return {
    codes: data as Int8Array,
    exponents: tensors.get(`exponents_${kind}`).data as Int32Array,
    size: shape[1] as number,
  };
}

/** From golden codes on: integer products, damping, conjugate gradients, leverage, scores, all queries. */
async function kernels(tensors: Tensors) {
  const [rows, queries, placebo] = [codesOf(tensors, 'rows'), codesOf(tensors, 'queries'), codesOf(tensors, 'placebo')];
  const { size } = rows;
  const gram = await integerProducts({ left: rows.codes, right: rows.codes, size });
  const gramQueries = await integerProducts({ left: rows.codes, right: queries.codes, size });
  const gramPlacebo = await integerProducts({ left: placebo.codes, right: rows.codes, size });
  const gramPlaceboQueries = await integerProducts({ left: placebo.codes, right: queries.codes, size });
  return {
    gram,
    gramQueries,
    gramPlacebo,
    gramPlaceboQueries,
    kernel: kernelMatrix(gram, rows.exponents, rows.exponents),
    right: {
      shape: [rows.exponents.length, queries.exponents.length],
      data: kernelMatrix(gramQueries, rows.exponents, queries.exponents),
    },
    cross: kernelMatrix(gramPlacebo, placebo.exponents, rows.exponents),
    crossQueries: {
      shape: [placebo.exponents.length, queries.exponents.length],
      data: kernelMatrix(gramPlaceboQueries, placebo.exponents, queries.exponents),
    },
    squares: Float64Array.from(
      placebo.exponents,
      (exponent, z) =>
        placebo.codes.subarray(z * size, (z + 1) * size).reduce((sum, code) => sum + code * code, 0) * 4 ** exponent,
    ),
  };
}

interface Payouts {
  readonly classes: Numbers;
  readonly queries: readonly { readonly threshold: number; readonly paid_rows: number; readonly ppm: Numbers | null }[];
}

interface Owners {
  readonly owners: Numbers;
  readonly contributors: number;
}

function payoutErrors(tensors: Tensors, payouts: Payouts, { owners, contributors }: Owners): number {
  let wrong = 0;
  payouts.queries.forEach((golden, q) => {
    const threshold = placeboThreshold(column(tensors.get('placebo_relatif'), q), 95);
    const z = column(tensors.get('relatif'), q).map((score) => Math.max(0, score - threshold));
    const ppm = largestRemainder(
      classWeights({ weights: z, classes: payouts.classes, owners, contributorCount: contributors }),
    );
    if (threshold !== golden.threshold || z.filter((value) => value > 0).length !== golden.paid_rows) wrong += 1;
    if (JSON.stringify(ppm) !== JSON.stringify(golden.ppm)) wrong += 1;
  });
  return wrong;
}

/** Count sketch and codes of golden gradients, for each kind that both files hold. */
function sketchErrors(tensors: Tensors, gradients: Tensors, prefix: string, { size, seed }: SketchSettings): Measured {
  let wrong = 0;
  let count = 0;
  for (const kind of kinds) {
    if (!gradients.has(`${prefix}${kind}`) || !tensors.has(`phi_${kind}`)) continue;
    const { shape, data } = gradients.get(`${prefix}${kind}`);
    const [rows = 0, length = 0] = shape;
    const { codes, exponents } = codesOf(tensors, kind);
    for (let row = 0; row < rows; row += 1) {
      const phi = countSketch(data.subarray(row * length, (row + 1) * length), size, seed);
      wrong += mismatches(phi, tensors.get(`phi_${kind}`).data.subarray(row * size, (row + 1) * size));
      const found = quantize(phi);
      wrong +=
        mismatches(found.codes, codes.subarray(row * size, (row + 1) * size)) +
        (found.exponent === exponents[row] ? 0 : 1);
      count += 1;
    }
  }
  return exact(count === 0 ? Number.POSITIVE_INFINITY : wrong, `${count} gradients to ${size} coordinates`);
}

function* sketchCases(tensors: Tensors, payouts: Payouts, owners: Owners): Generator<ConformanceCase> {
  yield {
    name: 'sketch integer products',
    async run() {
      const found = await kernels(tensors);
      let wrong = 0;
      const compare = {
        gram_int: found.gram,
        gram_queries_int: found.gramQueries,
        gram_placebo_int: found.gramPlacebo,
        gram_placebo_queries_int: found.gramPlaceboQueries,
      };
      for (const [name, value] of Object.entries(compare))
        if (tensors.has(name)) wrong += mismatches(value, tensors.get(name).data);
      const count = tensors.get('leverage').data.length;
      if (damping(found.kernel, count) !== tensors.get('damping').data[0]) wrong += 1;
      return exact(wrong, `${count} rows, damping`);
    },
  };
  yield {
    name: 'sketch conjugate gradients',
    async run() {
      const { kernel, right } = await kernels(tensors);
      return solveAll(kernel, tensors.get('damping').data[0] as number, right, tensors);
    },
  };
  yield {
    name: 'sketch leverage',
    async run() {
      const { kernel, cross, squares } = await kernels(tensors);
      const lambda = tensors.get('damping').data[0] as number;
      const factor = factorize(kernel, tensors.get('leverage').data.length, lambda);
      const error = Math.max(
        distance(rowLeverage(factor, lambda), tensors.get('leverage').data),
        distance(placeboLeverage(factor, lambda, cross, squares), tensors.get('placebo_leverage').data),
      );
      return { error, tolerance: 1e-9 };
    },
  };
  yield {
    name: 'sketch scores',
    async run() {
      const { kernel, right, cross, crossQueries } = await kernels(tensors);
      const queries = right.shape[1] as number;
      let wrong = 0;
      for (let q = 0; q < queries; q += 1) {
        const found = scoreQuery({
          kernel,
          damping: tensors.get('damping').data[0] as number,
          leverage: tensors.f64('leverage'),
          placeboKernel: cross,
          placeboLeverage: tensors.f64('placebo_leverage'),
          query: column(right, q),
          placeboQuery: column(crossQueries, q),
        });
        wrong +=
          mismatches(found.rows, column(tensors.get('relatif'), q)) +
          mismatches(found.placebo, column(tensors.get('placebo_relatif'), q));
      }
      return exact(wrong, `${queries} queries, rows and placebo`);
    },
  };
  yield {
    name: 'sketch payouts',
    run: async () => exact(payoutErrors(tensors, payouts, owners), `${payouts.queries.length} queries`),
  };
}

/** The scores of exact gradients, f64: what the sketch approximates. */
function* exactCases(folder: string): Generator<ConformanceCase> {
  const tensors = new Tensors(path.join(folder, 'scores.safetensors'));
  const count = tensors.get('leverage').data.length;
  const lambda = tensors.get('damping').data[0] as number;
  yield {
    name: 'exact conjugate gradients',
    run: async () => solveAll(tensors.f64('gram'), lambda, tensors.get('gram_queries'), tensors),
  };
  yield {
    name: 'exact leverage and scores',
    async run() {
      const kernel = tensors.f64('gram');
      const factor = factorize(kernel, count, lambda);
      const leverage = rowLeverage(factor, lambda);
      let error = Math.max(
        Math.abs(damping(kernel, count) / lambda - 1),
        distance(leverage, tensors.get('leverage').data),
      );
      for (let q = 0; q < (tensors.get('relatif').shape[1] as number); q += 1) {
        const { solution } = conjugateGradient(kernel, lambda, column(tensors.get('gram_queries'), q));
        const relatif = solution.map((tau, i) => tau / Math.sqrt((leverage[i] as number) + 1e-12));
        error = Math.max(
          error,
          distance(relatif, column(tensors.get('relatif'), q)),
          distance(solution, column(tensors.get('dual_ridge'), q)),
        );
      }
      return { error, tolerance: 1e-9 };
    },
  };
  for (const name of ['datainf', 'cosine']) {
    yield {
      name: `exact ${name}`,
      run: async () => ({ unsupported: 'a comparison method; the product scores by dual ridge alone' }),
    };
  }
  if (existsSync(path.join(folder, 'projection.safetensors'))) {
    yield {
      name: 'projection',
      run: async () => ({ unsupported: 'gradients are count-sketched directly, without factored projection' }),
    };
  }
}

interface LdsFile {
  readonly mean: Readonly<Record<string, number>>;
  readonly per_query: Readonly<Record<string, Numbers>>;
}

function* ldsCases(folder: string): Generator<ConformanceCase> {
  const golden = readJson<LdsFile>(path.join(folder, 'lds.json'));
  const tensors = new Tensors(path.join(folder, 'retrains.safetensors'));
  const { shape, data: chosen } = tensors.get('subsets');
  const [count = 0, length = 0] = shape;
  const subsets = Array.from({ length: count }, (_, k) => [...chosen.subarray(k * length, (k + 1) * length)]);
  const { shape: lossShape, data: losses } = tensors.get('losses');
  const [, seeds = 0, queries = 0] = lossShape;
  /** Loss of question q after each retraining, mean over seeds. */
  const lossesOf = (q: number): number[] =>
    subsets.map(
      (_, k) =>
        Array.from({ length: seeds }, (__, seed) => losses[(k * seeds + seed) * queries + q] as number).reduce(
          (sum, loss) => sum + loss,
          0,
        ) / seeds,
    );
  for (const [method, expected] of Object.entries(golden.per_query)) {
    if (!tensors.has(`score_${method}`)) continue;
    yield {
      name: `linear datamodelling score ${method}`,
      async run() {
        const found = expected.map((_, q) =>
          linearDatamodelingScore(column(tensors.get(`score_${method}`), q), subsets, lossesOf(q)),
        );
        const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
        const error = Math.max(distance(found, expected), Math.abs(mean - (golden.mean[method] as number)));
        return { error, tolerance: 1e-9, note: `mean ${mean.toFixed(3)}` };
      },
    };
  }
}

// ------------------------------------------------------------------------------------------------ folders

export const cases: CasesOfFolder = async function* (folder) {
  const names = readdirSync(folder).sort();
  const at = (name: string): string => path.join(folder, name);
  if (names.includes('hash.json') && names.includes('quantize.json')) {
    yield hashCase(at('hash.json'));
    yield quantizeCase(at('quantize.json'));
  }
  if (names.includes('scores.safetensors') && names.includes('sketch.safetensors')) {
    const { contributors, rows } = readJson<{
      readonly contributors: number;
      readonly rows: readonly { readonly contributor: number }[];
    }>(at('rows.json'));
    const tensors = new Tensors(at('sketch.safetensors'));
    const { sketch } = readJson<{ readonly sketch: SketchSettings }>(at('config.json'));
    yield* exactCases(folder);
    yield {
      name: 'sketch of golden gradients',
      run: async () => sketchErrors(tensors, new Tensors(at('gradients.safetensors')), '', sketch),
    };
    yield* sketchCases(tensors, readJson(at('payouts.json')), {
      contributors,
      owners: rows.map((row) => row.contributor),
    });
  } else if (names.includes('sketch.safetensors') && names.includes('owners.json')) {
    // The small copy in this repository: codes and results, and the gradients of four queries.
    const tensors = new Tensors(at('sketch.safetensors'));
    const owners = readJson<Owners & { readonly sketch: SketchSettings }>(at('owners.json'));
    yield {
      name: 'sketch of golden gradients',
      run: async () => sketchErrors(tensors, tensors, 'gradients_', owners.sketch),
    };
    yield* sketchCases(tensors, readJson(at('payouts.json')), owners);
  }
  if (names.includes('lds.json') && names.includes('retrains.safetensors')) yield* ldsCases(folder);
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const kind = path.basename(name, '.json');
    if (kind in shareChecks && names.includes('remainder.json')) yield shareCase(at(name), kind);
    else {
      // Recognised by content: span files may have any name.
      const text = readFileSync(at(name), 'utf8');
      if (text.includes('"suffix_array"') && text.includes('"queries"')) yield* spanCases(at(name));
    }
  }
};
