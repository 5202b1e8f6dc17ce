import { expect, test } from 'vitest';
import type { ModelChoice, ModelShape, Packing, Resources } from '../types.ts';
import { judgeFit } from './judgeFit.ts';

const GIBIBYTE = 2 ** 30;
const stored: Packing = { weights: 'stored', embedding: 'stored', head: 'stored' };

/** One matrix of 2^30 values, one embedding of 2^28, one vector, in bf16. */
const shape: ModelShape = {
  architecture: 'llama',
  parameterCount: 2 ** 30 + 2 ** 28 + 2 ** 10,
  layerCount: 16,
  hiddenSize: 1024,
  keyValueHeadCount: 8,
  headDimension: 64,
  vocabularySize: 2 ** 18,
  contextLength: 8192,
  tiedEmbedding: true,
  hasTokenizer: true,
  hasChatTemplate: true,
  headerBytes: 0,
  tensors: [
    { name: 'model.embed_tokens.weight', shape: [2 ** 18, 2 ** 10], format: 'bf16' },
    { name: 'model.layers.0.mlp.up_proj.weight', shape: [2 ** 20, 2 ** 10], format: 'bf16' },
    { name: 'model.norm.weight', shape: [2 ** 10], format: 'bf16' },
  ],
};

const choice: ModelChoice = {
  id: 'x',
  container: 'safetensors',
  format: '',
  files: [{ name: 'x', bytes: 2.5 * GIBIBYTE, location: { kind: 'http', url: 'https://x.example' } }],
  downloadBytes: 2.5 * GIBIBYTE,
  packings: [stored],
};

const judge = (packing: Packing, resources: Resources, contextLength = 4096, shapeIsOwn = true) =>
  judgeFit({ choice, packing, shape, shapeIsOwn, contextLength, resources });

test('sizes follow from formats: matrices by choice, vectors always f32', () => {
  const { needs } = judge({ weights: 'q4_0', embedding: 'q8_0', head: 'q8_0' }, {});
  expect(needs.weightBytes).toBe((2 ** 30 * 4.5) / 8 + (2 ** 28 * 8.5) / 8 + 2 ** 12);
  expect(needs.largestBufferBytes).toBe((2 ** 30 * 4.5) / 8);
  // Keys and values, 16 layers, 8 heads of 64, 4,096 tokens, f32.
  expect(needs.cacheBytes).toBe(2 * 16 * 8 * 64 * 4096 * 4);
  expect(needs.peakStorageBytes).toBe(needs.keptBytes + 2.5 * GIBIBYTE);
  expect(judge(stored, {}, 1_000_000).needs.contextLength).toBe(8192);
});

test('what is not told is not held against a model', () => {
  expect(judge(stored, {})).toMatchObject({ verdict: 'fits', problems: [] });
});

test('each limit is named with what it needs and what there is', () => {
  const full = judge(stored, { freeStorageBytes: 4 * GIBIBYTE });
  expect(full.verdict).toBe('too-large');
  expect(full.problems).toEqual([
    { code: 'storage', severity: 'blocks', neededBytes: full.needs.peakStorageBytes, availableBytes: 4 * GIBIBYTE },
  ]);
  expect(judge(stored, { maxBufferSize: GIBIBYTE }).problems.map(({ code }) => code)).toEqual(['buffer']);
  expect(judge({ ...stored, weights: 'q4_0' }, { maxBufferSize: GIBIBYTE }).verdict).toBe('fits');
  expect(judge({ ...stored, weights: 'q4_0', embedding: 'q4_0' }, { maxBufferSize: 10_000_000 }).problems).toHaveLength(
    2,
  );
  const tight = judge(stored, { memoryBytes: 2 * GIBIBYTE });
  expect(tight).toMatchObject({ verdict: 'tight', problems: [{ code: 'memory', severity: 'warns' }] });
});

test('a sibling’s shape judges by the size of the file', () => {
  const { needs } = judge(stored, {}, 4096, false);
  expect(needs.weightBytes).toBe(choice.downloadBytes);
  expect(needs.largestBufferBytes / needs.weightBytes).toBeCloseTo(0.8, 5);
});

test('dropped files lie on the user’s disk already', () => {
  const dropped = {
    ...choice,
    files: [{ name: 'x', bytes: 1, location: { kind: 'blob', blob: new Blob() } as const }],
  };
  const { needs } = judgeFit({
    choice: dropped,
    packing: stored,
    shape,
    shapeIsOwn: true,
    contextLength: 1,
    resources: {},
  });
  expect(needs.downloadBytes).toBe(0);
  expect(needs.peakStorageBytes).toBe(needs.keptBytes);
});
