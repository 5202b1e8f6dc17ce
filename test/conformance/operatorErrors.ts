// Errors of the operators that training composes against golden data (`training/ops`), the optimiser's steps and the
// schedules. Knows no files, so that it runs in Node and in a browser. Weight gradients of frozen tensors (norms, head,
// embedding) are not computed here.
import type { Backend, Constants, ElementArray, Operator } from '../../src/engine/backend.ts';
import { adamW } from '../../src/engine/kernels/adamW/adamW.ts';
import { attentionOperator } from '../../src/engine/kernels/attention/attention.ts';
import {
  attentionBackwardKeyValue,
  attentionBackwardQuery,
  attentionStatistics,
} from '../../src/engine/kernels/attentionBackward/attentionBackward.ts';
import { crossEntropy, crossEntropyBackward } from '../../src/engine/kernels/crossEntropy/crossEntropy.ts';
import { embeddingOperators } from '../../src/engine/kernels/embedding/embedding.ts';
import { finishNorm, gradientNorm } from '../../src/engine/kernels/gradientNorm/gradientNorm.ts';
import { linearOperators } from '../../src/engine/kernels/linear/linear.ts';
import { linearGradInputOperators } from '../../src/engine/kernels/linearGradInput/linearGradInput.ts';
import { matmul } from '../../src/engine/kernels/matmul/matmul.ts';
import { rmsNormOperator } from '../../src/engine/kernels/rmsNorm/rmsNorm.ts';
import { rmsNormBackward } from '../../src/engine/kernels/rmsNormBackward/rmsNormBackward.ts';
import { ropeOperator } from '../../src/engine/kernels/rope/rope.ts';
import { segmentedMatmul } from '../../src/engine/kernels/segmentedMatmul/segmentedMatmul.ts';
import { swiGluOperator } from '../../src/engine/kernels/swiGlu/swiGlu.ts';
import { swiGluBackward } from '../../src/engine/kernels/swiGluBackward/swiGluBackward.ts';
import { makeRopeTable } from '../../src/engine/model/makeRopeTable.ts';
import { packWeight } from '../../src/engine/quant/packWeight.ts';
import type { GoldenTensor } from '../../src/engine/testing/parseSafetensors.ts';
import { relativeError } from '../../src/engine/testing/relativeError.ts';
import { runOperator } from '../../src/engine/testing/runOperator.ts';
import { learningRate } from '../../src/engine/train/learningRate.ts';

type Floats = Float32Array<ArrayBuffer>;

export interface GoldenOperator {
  readonly file: string;
  readonly operator: string;
  // biome-ignore lint/suspicious/noExplicitAny: each operator has parameters of its own.
  readonly parameters: any;
}

interface Call {
  readonly operator: Operator;
  readonly data: Readonly<Record<string, ElementArray>>;
  readonly constants: Constants;
  readonly rows: number;
}

export type Tensors = Readonly<Record<string, GoldenTensor>>;
type Run = (call: Call, result: string) => Promise<Floats>;

const zeros = (length: number): Floats => new Float32Array(length);
const stepOf = (rows: number): Uint32Array<ArrayBuffer> => Uint32Array.of(rows, 0, 0, 0);
const place = Uint32Array.of(0, 0);

/** Errors of results by name. A gradient that is exactly zero is measured against the upstream gradient. */
function errorsOf(tensors: Tensors, results: Readonly<Record<string, Floats>>): number {
  const size = (name: string): number => Math.max(...Array.from(tensors[name] ?? [], Math.abs));
  const errors = Object.entries(results).map(([name, actual]) => {
    const golden = tensors[name];
    if (golden === undefined || golden.length !== actual.length) return Number.POSITIVE_INFINITY;
    return size(name) < 1e-9 ? Math.max(...actual.map(Math.abs)) / (size('dy') || 1) : relativeError(actual, golden);
  });
  return Math.max(...errors);
}

type Measure = (parameters: GoldenOperator['parameters'], tensors: Tensors, run: Run) => Promise<number>;

const f32 = (tensors: Tensors, name: string): Floats => Float32Array.from(tensors[name] ?? []);

async function normResults(
  tensors: Tensors,
  run: Run,
  shape: { rows: number; groups: number; width: number; eps: number },
) {
  const { rows, groups, width, eps: epsilon } = shape;
  const weight = f32(tensors, 'w');
  const forward = { x: f32(tensors, 'x'), weight, y: zeros(rows * groups * width) };
  const y = await run(
    { operator: rmsNormOperator, data: forward, constants: { columns: width, groups, epsilon }, rows },
    'y',
  );
  const back = (outputGradient: Floats): Promise<Floats> =>
    run(
      {
        operator: rmsNormBackward,
        data: { step: stepOf(rows), input: forward.x, weight, outputGradient, inputGradient: zeros(forward.x.length) },
        constants: { width, groups, epsilon, accumulate: 0 },
        rows,
      },
      'inputGradient',
    );
  return { y, back };
}

function rotate(run: Run, parameters: GoldenOperator['parameters'], x: Floats, direction: number): Promise<Floats> {
  const { heads, width, theta, positions } = parameters;
  const config = { rotaryDimension: width, ropeTheta: theta, contextLength: 8192 };
  const table = makeRopeTable(config, Math.max(...positions) + 1);
  const data = { positions: Uint32Array.from(positions), table, x };
  return run(
    {
      operator: ropeOperator,
      data,
      constants: { heads, headDimension: width, rotaryDimension: width, direction },
      rows: positions.length,
    },
    'x',
  );
}

const measures: Readonly<Record<string, Measure>> = {
  async rmsnorm({ tokens: rows, width, eps }, tensors, run) {
    const { y, back } = await normResults(tensors, run, { rows, groups: 1, width, eps });
    return errorsOf(tensors, { y, dx: await back(f32(tensors, 'dy')) });
  },
  async rope(parameters, tensors, run) {
    const y = await rotate(run, parameters, f32(tensors, 'x'), 1);
    return errorsOf(tensors, { y, dx: await rotate(run, parameters, f32(tensors, 'dy'), -1) });
  },
  async qk_norm_rope(parameters, tensors, run) {
    const { heads: groups, width, eps, positions } = parameters;
    const { y: normed, back } = await normResults(tensors, run, { rows: positions.length, groups, width, eps });
    const y = await rotate(run, parameters, normed, 1);
    return errorsOf(tensors, { y, dx: await back(await rotate(run, parameters, f32(tensors, 'dy'), -1)) });
  },
  async swiglu({ width }, tensors, run) {
    const [gate, up, outputGradient] = [f32(tensors, 'gate'), f32(tensors, 'up'), f32(tensors, 'dy')];
    const rows = gate.length / width;
    const forward = {
      operator: swiGluOperator,
      data: { gate, up, result: zeros(gate.length) },
      constants: { columns: width },
      rows,
    };
    const gradients = { gateGradient: zeros(gate.length), upGradient: zeros(gate.length) };
    const data = { step: stepOf(rows), gate, up, outputGradient, ...gradients };
    const backward = { operator: swiGluBackward, data, constants: { width }, rows };
    return errorsOf(tensors, {
      y: await run(forward, 'result'),
      dgate: await run(backward, 'gateGradient'),
      dup: await run(backward, 'upGradient'),
    });
  },
  async gqa({ query_heads: heads, kv_heads: keyValueHeads, width, segments, window }, tensors, run) {
    const rows = segments.length;
    const first = segments.map((segment: number, row: number) =>
      Math.max(segments.indexOf(segment), window === null ? 0 : row - window + 1),
    ) as number[];
    const [query, key, value, outputGradient] = ['q', 'k', 'v', 'dy'].map((name) => f32(tensors, name)) as [
      Floats,
      Floats,
      Floats,
      Floats,
    ];
    const scale = 1 / Math.sqrt(width);
    const spans = Uint32Array.from(first.flatMap((start, row) => [start, row + 1]));
    const forward = { q: query, keys: key, values: value, spans, result: zeros(query.length) };
    const y = await run(
      {
        operator: attentionOperator,
        data: forward,
        constants: { heads, keyValueHeads, headDimension: width, scale, softcap: 0 },
        rows,
      },
      'result',
    );
    const constants = { capacity: rows, heads, keyValueHeads, width, scale };
    const shared = { starts: Uint32Array.from(first), query, key, outputGradient };
    const statistics = await run(
      {
        operator: attentionStatistics,
        data: { ...shared, output: y, statistics: zeros(rows * heads * 2) },
        constants,
        rows,
      },
      'statistics',
    );
    const inputs = { ...shared, value, statistics };
    const forQuery = {
      operator: attentionBackwardQuery,
      data: { ...inputs, queryGradient: zeros(query.length) },
      constants,
      rows,
    };
    const gradients = { keyGradient: zeros(key.length), valueGradient: zeros(key.length) };
    const forKey = { operator: attentionBackwardKeyValue, data: { ...inputs, ...gradients }, constants, rows };
    return errorsOf(tensors, {
      y,
      dq: await run(forQuery, 'queryGradient'),
      dk: await run(forKey, 'keyGradient'),
      dv: await run(forKey, 'valueGradient'),
    });
  },
  async cross_entropy({ targets, vocabulary, reduction }, tensors, run) {
    const { loss, gradient } = await lossOf(run, f32(tensors, 'logits'), targets, vocabulary, reduction, tensors);
    return errorsOf(tensors, { y: loss, dlogits: gradient });
  },
  async head_cross_entropy({ width: inputs, vocabulary: outputs, targets }, tensors, run) {
    const rows = targets.length;
    const codes = f32(tensors, 'w');
    const forward = { x: f32(tensors, 'x'), codes, y: zeros(rows * outputs) };
    const constants = { rows, inputs, outputs, stride: outputs, scale: 1, accumulate: 0 };
    const logits = await run({ operator: linearOperators.f32, data: forward, constants, rows }, 'y');
    const { loss, gradient } = await lossOf(run, logits, targets, outputs, 'sum', tensors);
    const data = { step: stepOf(rows), outputGradient: gradient, inputGradient: zeros(rows * inputs), codes };
    const backward = {
      operator: linearGradInputOperators.f32,
      data,
      constants: { inputs, outputs, stride: outputs, accumulate: 0 },
      rows,
    };
    return errorsOf(tensors, { y: loss, dx: await run(backward, 'inputGradient') });
  },
  async embedding({ width, ids }, tensors, run) {
    const data = { ids: Uint32Array.from(ids), codes: f32(tensors, 'w'), y: zeros(ids.length * width) };
    const constants = { columns: width, firstRow: 0, tableRows: (tensors['w']?.length ?? 0) / width };
    const call = { operator: embeddingOperators.f32, data, constants, rows: ids.length };
    return errorsOf(tensors, { y: await run(call, 'y') });
  },
  async lora_linear_q4_0(parameters, tensors, run) {
    const { tokens: rows, inputs, outputs, rank, scale } = parameters;
    const step = stepOf(rows);
    const [x, dy, a, b] = ['x', 'dy', 'a', 'b'].map((name) => f32(tensors, name)) as [Floats, Floats, Floats, Floats];
    const weight = packWeight('q4_0', Uint8Array.from(tensors['w_blocks'] ?? []), outputs, inputs);
    const product = (left: Floats, right: Floats, result: Floats, constants: Constants): Promise<Floats> =>
      run({ operator: matmul, data: { step, left, right, place, result }, constants, rows }, 'result');
    const hiddenShape = { columns: rank, depth: inputs, transposeRight: 1, accumulate: 0, scale: 1 };
    const hidden = await product(x, a, zeros(rows * rank), hiddenShape);
    const forward = { x, codes: weight.codes, scales: weight.scales, y: zeros(rows * outputs) };
    const constants = { rows, inputs, outputs, stride: outputs, scale: 1, accumulate: 0 };
    const base = await run({ operator: linearOperators.q4_0, data: forward, constants, rows }, 'y');
    const upShape = { columns: outputs, depth: rank, transposeRight: 1, accumulate: 1, scale };
    const y = await product(hidden, b, base, upShape);
    const bias = tensors['bias'];
    if (bias !== undefined)
      for (let i = 0; i < y.length; i += 1) y[i] = (y[i] as number) + (bias[i % outputs] as number);
    const hiddenGradientShape = { columns: rank, depth: outputs, transposeRight: 0, accumulate: 0, scale };
    const hiddenGradient = await product(dy, b, zeros(rows * rank), hiddenGradientShape);
    const back = {
      step,
      outputGradient: dy,
      inputGradient: zeros(rows * inputs),
      codes: weight.codes,
      scales: weight.scales,
    };
    const through = {
      operator: linearGradInputOperators.q4_0,
      data: back,
      constants: { inputs, outputs, stride: outputs, accumulate: 0 },
      rows,
    };
    const downShape = { columns: inputs, depth: rank, transposeRight: 0, accumulate: 1, scale: 1 };
    const outer = (left: Floats, right: Floats, height: number, columns: number, factor: number): Promise<Floats> =>
      run(
        {
          operator: segmentedMatmul,
          data: { segments: Uint32Array.of(0, rows), left, right, place, result: zeros(height * columns) },
          constants: { height, columns, segmentCount: 1, scale: factor },
          rows,
        },
        'result',
      );
    return errorsOf(tensors, {
      y,
      dx: await product(hiddenGradient, a, await run(through, 'inputGradient'), downShape),
      da: await outer(hiddenGradient, x, rank, inputs, 1),
      db: await outer(dy, hidden, outputs, rank, scale),
    });
  },
};

async function lossOf(
  run: Run,
  logits: Floats,
  targets: readonly number[],
  vocabulary: number,
  reduction: string,
  tensors: Tensors,
): Promise<{ readonly loss: Floats; readonly gradient: Floats }> {
  const rows = targets.length;
  const share = reduction === 'mean' ? 1 / targets.filter((target) => target >= 0).length : 1;
  const labels = Int32Array.from(targets);
  const data = { step: stepOf(rows), logits, labels, losses: zeros(rows), logSums: zeros(rows) };
  const call = { operator: crossEntropy, data, constants: { vocabulary }, rows };
  const losses = await run(call, 'losses');
  const scale = Float32Array.of(share * (tensors['dy']?.[0] ?? 1));
  const backward = { step: stepOf(rows), labels, logSums: await run(call, 'logSums'), scale, logits };
  const gradient = await run(
    { operator: crossEntropyBackward, data: backward, constants: { vocabulary }, rows },
    'logits',
  );
  return { loss: Float32Array.of(share * losses.reduce((sum, loss) => sum + loss, 0)), gradient };
}

export interface OptimizerCase {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number;
  readonly start: unknown;
  readonly steps: readonly { readonly gradients: unknown; readonly norm: number; readonly values: unknown }[];
}

export async function optimizerError(golden: OptimizerCase, backend: Backend): Promise<number> {
  const run = runOn(backend);
  const flat = (values: unknown): Floats => Float32Array.from([values].flat(9) as number[]);
  let parameters = flat(golden.start);
  const { length } = parameters;
  let [firstMoments, secondMoments] = [zeros(length), zeros(length)];
  let worst = 0;
  for (const [index, { gradients: given, norm: expected, values }] of golden.steps.entries()) {
    const gradients = flat(given);
    const squares = {
      operator: gradientNorm,
      data: { gradients, partials: zeros(256) },
      constants: { length },
      rows: 1,
    };
    const partials = await run(squares, 'partials');
    const norm = await run(
      { operator: finishNorm, data: { partials, norm: zeros(1) }, constants: {}, rows: 1 },
      'norm',
    );
    const [beta1, beta2] = golden.betas;
    const corrections = [1 - beta1 ** (index + 1), 1 - beta2 ** (index + 1)];
    const { lr, weight_decay, max_grad_norm, eps } = golden;
    const settings = Float32Array.from([lr, weight_decay, max_grad_norm, ...corrections, beta1, beta2, eps]);
    const data = { settings, norm, gradients, parameters, firstMoments, secondMoments };
    const call = { operator: adamW, data, constants: { length }, rows: 1 };
    const next = await run(call, 'parameters');
    [firstMoments, secondMoments] = [await run(call, 'firstMoments'), await run(call, 'secondMoments')];
    parameters = next;
    worst = Math.max(worst, relativeError(norm, [expected]), relativeError(parameters, flat(values)));
  }
  return worst;
}

export interface ScheduleCase {
  readonly name: string;
  readonly lr: number;
  readonly warmup_steps: number;
  readonly total_steps: number;
  readonly rates: readonly number[];
}

export function scheduleError({ name, lr, warmup_steps, total_steps: totalSteps, rates }: ScheduleCase): number {
  const kind = name === 'linear' || name === 'cosine' ? name : 'constant';
  const warmupSteps = name === 'constant' ? 0 : warmup_steps;
  const errors = rates.map((rate, index) =>
    Math.abs(learningRate({ kind, learningRate: lr, warmupSteps, totalSteps }, index + 1) - rate),
  );
  return Math.max(...errors) / lr;
}

function runOn(backend: Backend): Run {
  return async ({ operator, data, constants, rows }, result) =>
    (await runOperator(backend, operator, data, constants, rows, result)) as Floats;
}

/** Tolerance of an operator's golden cases, or undefined for an operator without one. */
export function operatorTolerance(operator: string): number | undefined {
  if (measures[operator] === undefined) return undefined;
  return operator === 'gqa' ? 2e-5 : 1e-5;
}

/** Largest error of one golden case. Throws for an operator without a tolerance. */
export async function operatorError(golden: GoldenOperator, tensors: Tensors, backend: Backend): Promise<number> {
  const measure = measures[golden.operator];
  if (measure === undefined) throw new Error(`Nothing measures the operator ${golden.operator}.`);
  return await measure(golden.parameters, tensors, runOn(backend));
}
