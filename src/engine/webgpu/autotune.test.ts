import { describe, expect, it } from 'vitest';
import type { Backend, Operator, SelectionOptions, WeightFormat } from '../backend.ts';
import { attention } from '../kernels/attention/attention.ts';
import { embedding } from '../kernels/embedding/embedding.ts';
import { linear } from '../kernels/linear/linear.ts';
import { pagedAttention, partialsLength } from '../kernels/pagedAttention/pagedAttention.ts';
import { rmsNorm } from '../kernels/rmsNorm/rmsNorm.ts';
import { testNoise } from '../kernels/testNoise.ts';
import { randomWeight } from '../testing/agreement.ts';
import {
  asksTooMuch,
  callOf,
  doesNotCompile,
  doubling,
  half,
  length,
  notANumber,
  right,
  slow,
  variant,
  wrongAtTheEdge,
} from '../testing/doubling.ts';
import type { VariantReport } from '../variantReport.ts';
import { acquireDevice } from './acquireDevice.ts';
import { createWebGpuBackend } from './createWebGpuBackend.ts';
import { dawn } from './node.ts';

/** Dawn, treated as a hardware GPU unless `software`, so that every variant is tried and timed. */
async function open(software = false): Promise<Backend> {
  const acquired = await acquireDevice(dawn());
  const features = new Set([...acquired.features].filter((feature) => software || feature !== 'software'));
  if (software) features.add('software');
  return createWebGpuBackend({ ...acquired, features }, { tryVariants: true });
}

/** Software compiles slowly, even more so beside other tests; here it only matters that every variant is tried. */
const patient = { budget: 600_000 };

async function select(
  backend: Backend,
  operator: Operator,
  options: SelectionOptions = {},
  call = callOf(backend, operator),
): Promise<VariantReport> {
  const end = backend.variants?.begin({ ...patient, ...options });
  try {
    await backend.record('plan', [call]);
  } finally {
    end?.();
  }
  return backend.variants?.report() ?? { device: '', choices: [], refused: [] };
}

const namesOf = (list: readonly { readonly variant: string }[]): string[] => list.map(({ variant: name }) => name);

describe('autotuning', () => {
  it('refuses variants that are wrong, return NaN, do not compile or are rejected, and reports them by name', async () => {
    const backend = await open();
    const operator = doubling(wrongAtTheEdge, notANumber, doesNotCompile, asksTooMuch, right);
    const call = callOf(backend, operator);
    const plan = await backend.record('plan', [call]);
    const { choices, refused } = backend.variants?.report() ?? { choices: [], refused: [] };
    expect(namesOf(choices)).toEqual(['right']);
    expect(namesOf(refused)).toEqual(['wrong at the edge', 'not a number', 'does not compile', 'asks too much']);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^y\[999\] is 0 instead of /),
      expect.stringMatching(/^y\[3\] is NaN instead of /),
      expect.stringMatching(/^it does not compile: \d+:\d+ ./),
      expect.stringMatching(/^the device refused it: ./),
    ]);
    // The trial left the call's own tensors unchanged, and the device usable.
    const { y } = call.tensors as { y: ReturnType<Backend['createTensor']> };
    expect((await backend.download(y))[0]).toBe(7);
    backend.submit(plan, { rows: 1 });
    expect([...(await backend.download(y))]).toEqual(Array.from({ length }, () => 6));
    backend.destroy();
  });

  it('refuses an operator of which the device supports no variant', async () => {
    const backend = await open();
    const operator = doubling({ ...right, supports: (features) => features.has('not yet invented') }, half);
    await expect(backend.record('plan', [callOf(backend, operator)])).rejects.toMatchObject({
      code: 'ENGINE_OPERATOR_UNSUPPORTED',
      facts: { operator: 'doubling' },
    });
    backend.destroy();
  });

  it('takes the fastest of those that are right', async () => {
    const backend = await open();
    const { choices } = await select(backend, doubling(slow, right));
    expect(namesOf(choices)).toEqual(['right']);
    expect(Object.keys(choices[0]?.milliseconds ?? {}).sort()).toEqual(['right', 'slow']);
    backend.destroy();
  });

  it('follows the listed order on software devices and when the budget is spent, but still checks results', async () => {
    const software = await open(true);
    expect(await select(software, doubling(wrongAtTheEdge, slow, right))).toMatchObject({
      choices: [{ variant: 'slow', milliseconds: {} }],
      refused: [{ variant: 'wrong at the edge' }],
    });
    software.destroy();
    const late = await open();
    expect(await select(late, doubling(wrongAtTheEdge, slow, right), { budget: 0 })).toMatchObject({
      choices: [{ variant: 'slow', milliseconds: {} }],
      refused: [{ variant: 'wrong at the edge' }],
    });
    late.destroy();
  });

  it('uses a remembered choice without trying anything', async () => {
    const first = await open();
    const operator = doubling(wrongAtTheEdge, slow, right);
    const remembered = await select(first, operator);
    first.destroy();

    const second = await open();
    const tried: string[] = [];
    const before = second.counters.buffers;
    const report = await select(second, operator, { remembered, onProgress: (name) => tried.push(name) });
    expect(report).toEqual(remembered);
    expect(tried).toEqual([]);
    // The two tensors of the call, and the one pipeline in use.
    expect(second.counters).toMatchObject({ buffers: before + 2, pipelines: 1, submissions: 0 });
    second.destroy();
  });

  it.each([
    ['another device', (report: VariantReport) => ({ ...report, device: 'another' }), doubling(slow, right)],
    ['another kernel', (report: VariantReport) => report, doubling(variant('slow', '2.0 * x[i] * 1.0'), right)],
    [
      'a choice without a measurement',
      (report: VariantReport) => ({
        ...report,
        choices: report.choices.map((choice) => ({ ...choice, milliseconds: {} })),
      }),
      doubling(slow, right),
    ],
  ])('measures again for %s', async (_, change, operator) => {
    const first = await open();
    const report = await select(first, doubling(slow, right));
    first.destroy();
    const second = await open();
    const tried: string[] = [];
    await select(second, operator, { remembered: change(report), onProgress: (name) => tried.push(name) });
    expect(tried).toEqual(['doubling']);
    second.destroy();
  });

  it('tries each shape once', async () => {
    const backend = await open();
    const operator = doubling(slow, right);
    const call = callOf(backend, operator);
    const tried: string[] = [];
    backend.variants?.begin({ ...patient, onProgress: (name) => tried.push(name) });
    await backend.record('plan', [call, call]);
    await backend.record('another', [call]);
    expect(tried).toEqual(['doubling']);
    backend.destroy();
  });

  it('names the device if no variant is correct', async () => {
    const backend = await open();
    await expect(select(backend, doubling(wrongAtTheEdge, doesNotCompile))).rejects.toMatchObject({
      code: 'ENGINE_DEVICE_WRONG',
      message: expect.stringContaining(backend.description),
      facts: {
        operator: 'doubling',
        refused: [expect.stringMatching(/^wrong at the edge: y/), expect.stringMatching(/^does not compile: it/)],
      },
    });
    backend.destroy();
  });

  it('uses reduced precision only if the call allows it', async () => {
    const backend = await open();
    expect(namesOf((await select(backend, doubling(half, slow))).choices)).toEqual(['slow']);
    const operator = doubling(half, slow);
    const { choices } = await select(backend, operator, {}, { ...callOf(backend, operator), computeDtype: 'float16' });
    expect(namesOf(choices)).toEqual(['slow', 'half']);
    const { refused } = await select(backend, doubling({ ...half, computeDtype: 'float32' }, slow));
    expect(namesOf(refused)).toEqual(['half']);
    backend.destroy();
  });

  it('can be aborted and resumed', async () => {
    const backend = await open();
    const operator = doubling(slow, right);
    const signal = AbortSignal.abort();
    await expect(select(backend, operator, { signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(namesOf((await select(backend, operator)).choices)).toEqual(['right']);
    backend.destroy();
  });

  it('does not mistake a lost device for wrong kernels', async () => {
    const acquired = await acquireDevice(dawn());
    const backend = createWebGpuBackend(acquired, { tryVariants: true });
    const call = callOf(backend, doubling(right));
    acquired.device.destroy();
    await expect(backend.record('plan', [call])).rejects.toMatchObject({ code: 'ENGINE_DEVICE_LOST' });
  });
});

describe('the engine’s variants', () => {
  const formats: readonly WeightFormat[] = ['f32', 'q8_0', 'q4_1', 'q5_0', 'q6_k'];

  it.each(formats)('linear %s: none is refused, and the fastest of several is known', async (format) => {
    const backend = await open();
    backend.variants?.begin(patient);
    const upload = (label: string, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) => {
      const tensor = backend.createTensor(label, data instanceof Float32Array ? 'f32' : 'u32', data.length);
      backend.upload(tensor, data);
      return tensor;
    };
    const [outputs, inputs] = [203, 100];
    const { codes, scales } = randomWeight(format, outputs, inputs) as {
      codes: Uint32Array<ArrayBuffer>;
      scales?: Uint32Array<ArrayBuffer>;
    };
    const weight = {
      format,
      rows: outputs,
      columns: inputs,
      codes: upload('codes', codes),
      ...(scales === undefined ? {} : { scales: upload('scales', scales) }),
    };
    const ids = backend.createTensor('ids', 'u32', 4);
    await backend.record('look-up', embedding(ids, weight, backend.createTensor('y', 'f32', 4 * inputs)));
    for (const rows of [1, 33]) {
      const x = backend.createTensor('x', 'f32', rows * inputs);
      const y = backend.createTensor('y', 'f32', rows * outputs);
      await backend.record('plan', linear(weight, x, y, rows));
    }
    const { choices, refused } = backend.variants?.report() ?? { choices: [], refused: [] };
    expect(refused).toEqual([]);
    expect(choices.map(({ shape }) => shape)).toEqual(['203 rows of 100', '1 x 100 -> 203', '33 x 100 -> 203']);
    for (const { milliseconds, variant: chosen } of choices) {
      const times = Object.values(milliseconds);
      expect(times.length).not.toBe(1);
      if (times.length > 1) expect(milliseconds[chosen]).toBe(Math.min(...times));
    }
    backend.destroy();
  });

  it.each([1, 33])('attention and normalisation of %i rows: none is refused', async (rows) => {
    const backend = await open();
    backend.variants?.begin(patient);
    const make = (label: string, size: number) => backend.createTensor(label, 'f32', size);
    const [heads, keyValueHeads, headDimension] = [6, 2, 20];
    const wide = heads * headDimension;
    const [keys, values] = [
      make('keys', 80 * keyValueHeads * headDimension),
      make('values', 80 * keyValueHeads * headDimension),
    ];
    const spans = backend.createTensor('spans', 'u32', 2 * rows);
    const weight = make('weight', wide);
    backend.upload(weight, testNoise(wide));
    await backend.record('plan', [
      attention(
        { q: make('q', rows * wide), keys, values, spans, result: make('result', rows * wide) },
        { heads, keyValueHeads, headDimension },
      ),
      rmsNorm(make('x', rows * wide), weight, make('y', rows * wide), { epsilon: 1e-5 }),
    ]);
    const { choices, refused } = backend.variants?.report() ?? { choices: [], refused: [] };
    expect(refused).toEqual([]);
    expect(choices.map(({ operator }) => operator)).toEqual(['attention', 'rmsNorm']);
    for (const { milliseconds } of choices) expect(Object.keys(milliseconds)).toHaveLength(2);
    backend.destroy();
  });

  it.each([
    [1, 20],
    [33, 24],
  ])('attention over a cache of blocks, %i rows of heads of %i: none is refused', async (rows, headDimension) => {
    const backend = await open();
    backend.variants?.begin(patient);
    const make = (label: string, size: number, type: 'f32' | 'u32' = 'f32') => backend.createTensor(label, type, size);
    const options = { heads: 6, keyValueHeads: 2, headDimension, maxBlocksPerSequence: 12, scale: 0.2 };
    const cache = 12 * options.keyValueHeads * 16 * headDimension;
    const tensors = {
      step: make('step', 4, 'u32'),
      positions: make('positions', rows, 'u32'),
      slots: make('slots', rows, 'u32'),
      table: make('table', options.maxBlocksPerSequence, 'u32'),
      q: make('q', rows * options.heads * headDimension),
      keys: make('keys', cache),
      values: make('values', cache),
      result: make('result', rows * options.heads * headDimension),
    };
    const partials = make('partials', partialsLength(rows, options));
    await backend.record('plan', [
      ...pagedAttention(tensors, options),
      ...pagedAttention({ ...tensors, partials }, options),
    ]);
    const { choices, refused } = backend.variants?.report() ?? { choices: [], refused: [] };
    expect(refused).toEqual([]);
    expect(choices.map(({ operator }) => operator)).toEqual(['pagedAttention', 'flashDecode']);
    backend.destroy();
  });
});
