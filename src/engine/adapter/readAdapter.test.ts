import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { huggingFaceModelConfig } from '../huggingFace/huggingFaceModelConfig.ts';
import { createSession } from '../model/createSession.ts';
import { uploadAdapter } from '../model/deviceAdapter.ts';
import { loadModel } from '../model/loadModel.ts';
import { openModelFile } from '../openModelFile.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { openSafetensors } from '../safetensors/openSafetensors.ts';
import { type TensorToWrite, writeSafetensors } from '../safetensors/writeSafetensors.ts';
import { goldenModel, largestDifference } from '../testing/goldenModel.ts';
import { adapterTargets } from './adapterConfig.ts';
import { combineAdapters } from './combineAdapters.ts';
import { readAdapter } from './readAdapter.ts';

const golden = path.join(import.meta.dirname, '../../../test/golden/engine-formats');
const json = (...parts: string[]) =>
  JSON.parse(readFileSync(path.join(golden, ...parts), 'utf8')) as Record<string, unknown>;
const tinyLlama = huggingFaceModelConfig(json('configs/tiny-llama/config.json'), false);
const tinyQwen2 = huggingFaceModelConfig(json('configs/tiny-qwen2/config.json'), false);
const plain = json('adapters/llama-plain-qv/adapter_config.json');
const plainWeights = new Uint8Array(
  readFileSync(path.join(golden, 'adapters/llama-plain-qv/adapter_model.safetensors')),
);

async function codeAndFacts(
  promise: Promise<unknown> | (() => unknown),
): Promise<[string, Readonly<Record<string, unknown>>]> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof TributaryError) return [error.code, error.facts];
    throw error;
  }
  throw new Error('It was accepted.');
}

/** The tensors of the plain adapter, with some replaced (undefined removes one). */
async function changed(replacements: Readonly<Record<string, TensorToWrite | undefined>>): Promise<Uint8Array> {
  const { tensors } = await openSafetensors({ name: 'plain', blob: new Blob([plainWeights]) });
  const kept: TensorToWrite[] = [];
  for (const { name, shape, read } of tensors.values()) {
    if (!(name in replacements)) kept.push({ name, dtype: 'F32', shape, data: await read() });
  }
  return writeSafetensors([...kept, ...Object.values(replacements).filter((tensor) => tensor !== undefined)]);
}

describe('adapterTargets', () => {
  test.each(['llama-plain-qv', 'llama-patterns', 'llama-regex', 'llama-layer-subset', 'llama-rslora'])(
    '%s resolves to the golden ranks and scales',
    (name) => {
      const expected = json('adapters', name, 'golden.json')['modules'] as Record<
        string,
        { r: number; scaling: number }
      >;
      const targets = adapterTargets(json('adapters', name, 'adapter_config.json'), tinyLlama);
      expect(
        Object.fromEntries(targets.map((target) => [target.name, { r: target.rank, scaling: target.scale }])),
      ).toEqual(
        Object.fromEntries(
          Object.entries(expected).map(([key, { r, scaling }]) => [key, { r, scaling: expect.closeTo(scaling, 12) }]),
        ),
      );
    },
  );

  test.each([
    ['llama-dora', tinyLlama, 'use_dora'],
    ['llama-embedding', tinyLlama, 'target_modules'],
    ['llama-modules-to-save', tinyLlama, 'modules_to_save'],
    ['qwen2-bias', tinyQwen2, 'bias'],
  ])('%s is refused by name', async (name, model, field) => {
    const [code, facts] = await codeAndFacts(() =>
      adapterTargets(json('adapters', name, 'adapter_config.json'), model),
    );
    expect(code).toBe('ADAPTER_UNSUPPORTED');
    expect(facts['field']).toBe(field);
  });

  test.each([
    [{ peft_type: 'IA3' }, 'peft_type'],
    [{ init_lora_weights: 'pissa_niter_4' }, 'init_lora_weights'],
    [{ layer_replication: [[0, 2]] }, 'layer_replication'],
    [{ fan_in_fan_out: true }, 'fan_in_fan_out'],
    [{ trainable_token_indices: [1] }, 'trainable_token_indices'],
    [{ an_idea_of_next_year: { x: 1 } }, 'an_idea_of_next_year'],
    [{ target_modules: ['q_proj', 'lm_head'] }, 'target_modules'],
    [{ target_modules: '(q+)+_proj' }, 'target_modules'],
    [{ target_modules: '.*.*.*.*.*.*x' }, 'target_modules'],
    [{ target_modules: '(' }, 'target_modules'],
    [{ rank_pattern: { '(a|a)*b': 3 } }, 'rank_pattern'],
  ])('%j is refused by name', async (change, field) => {
    const [code, facts] = await codeAndFacts(() => adapterTargets({ ...plain, ...change }, tinyLlama));
    expect(code).toBe('ADAPTER_UNSUPPORTED');
    expect(facts['field']).toBe(field);
  });

  test.each([
    { target_modules: [] },
    { target_modules: ['nothing'] },
    { target_modules: 3 },
    { r: 0 },
    { r: 2.5 },
    { lora_alpha: Number.NaN },
    { lora_alpha: 1e300 },
    { rank_pattern: { q_proj: 'x' } },
    { layers_to_transform: ['one'] },
  ])('%j is not valid', async (change) => {
    expect((await codeAndFacts(() => adapterTargets({ ...plain, ...change }, tinyLlama)))[0]).toBe('ADAPTER_INVALID');
  });

  test('exclude_modules removes modules, all-linear selects all seven', () => {
    const names = adapterTargets(
      { ...plain, target_modules: 'all-linear', exclude_modules: ['v_proj'] },
      tinyLlama,
    ).map(({ name }) => name.slice(name.lastIndexOf('.') + 1));
    expect(names).toHaveLength(6 * 3);
    expect(names).not.toContain('v_proj');
  });
});

describe('readAdapter', () => {
  const name = 'base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight';
  const tensor = (values: Float32Array, shape: readonly number[], as = name): TensorToWrite => ({
    name: as,
    dtype: 'F32',
    shape,
    data: values,
  });

  test.each([
    ['a missing factor', { [name]: undefined }, 'ADAPTER_INVALID'],
    ['a wrong shape', { [name]: tensor(new Float32Array(8 * 47), [47, 8]) }, 'ADAPTER_INVALID'],
    [
      'a number that is none',
      { [name]: tensor(new Float32Array(8 * 48).fill(Number.NaN, 5, 6), [48, 8]) },
      'ADAPTER_INVALID',
    ],
    [
      'a magnitude of DoRA',
      { m: tensor(new Float32Array(1), [1], `${name.slice(0, -14)}lora_magnitude_vector`) },
      'ADAPTER_UNSUPPORTED',
    ],
    ['a saved head', { m: tensor(new Float32Array(1), [1], 'base_model.model.lm_head.weight') }, 'ADAPTER_UNSUPPORTED'],
    [
      'a module that the config does not name',
      { m: tensor(new Float32Array(1), [1], name.replace('v_proj', 'k_proj')) },
      'ADAPTER_UNSUPPORTED',
    ],
  ] as const)('%s is refused', async (_, replacements, code) => {
    const weights = await changed(replacements);
    expect((await codeAndFacts(readAdapter({ config: plain, weights, model: tinyLlama })))[0]).toBe(code);
  });

  test('an adapter for another model is refused', async () => {
    expect((await codeAndFacts(readAdapter({ config: plain, weights: plainWeights, model: tinyQwen2 })))[0]).toBe(
      'ADAPTER_INVALID',
    );
  });

  test('matches the golden logits unmerged, alone and in two halves', async () => {
    const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-llama'));
    const { modules, rank, parameterCount, targetModules } = await readAdapter({
      config: plain,
      weights: plainWeights,
      model: tinyLlama,
    });
    expect({ rank, parameterCount, targetModules }).toEqual({
      rank: 8,
      parameterCount: 3 * 8 * (96 + 96 + 96 + 48),
      targetModules: ['q_proj', 'v_proj'],
    });
    const { tensors } = await openSafetensors({
      name: 'golden',
      blob: new Blob([readFileSync(path.join(golden, 'adapters/llama-plain-qv/golden.safetensors'))]),
    });
    const read = async (key: string) => (await tensors.get(key)?.read())?.buffer as ArrayBuffer;
    const ids = [...new Int32Array(await read('prompt_37'))];
    const expected = new Float32Array(await read('f32/logits_37'));
    // B A x = (B / 2) A x + (B / 2) A x: two active adapters add up.
    const half = modules.map((module) => ({ ...module, b: module.b.map((value) => value / 2) }));
    for (const each of [modules, combineAdapters([half, half])]) {
      const session = createSession(model);
      session.useAdapter(uploadAdapter(model.backend, 'golden', each, model.config.layerCount));
      expect(largestDifference(await session.forwardAllLogits(ids), expected)).toBeLessThan(1e-3);
      session.destroy();
    }
    model.destroy();
  });

  test("equals the merged model on Phi-3's fused modules", async () => {
    const folder = path.join(golden, '../engine-architectures/tiny-phi3');
    const base = await openSafetensors({
      name: 'base',
      blob: new Blob([readFileSync(path.join(folder, 'model.safetensors'))]),
    });
    const configJson = new Blob([readFileSync(path.join(folder, 'config.json'))]);
    const rank = 3;
    const wave = (length: number, seed: number): Float32Array<ArrayBuffer> =>
      Float32Array.from({ length }, (_, at) => Math.sin(seed + 1.7 * at) / 8);
    const factors: TensorToWrite[] = [];
    const merged: TensorToWrite[] = [];
    for (const { name: tensorName, shape, read } of base.tensors.values()) {
      const data = new Float32Array((await read()).buffer);
      merged.push({ name: tensorName, dtype: 'F32', shape, data });
      if (!/(qkv|gate_up|o)_proj/.test(tensorName)) continue;
      const [rows = 0, columns = 0] = shape;
      const [a, b] = [wave(rank * columns, rows), wave(rows * rank, columns + 1)];
      const place = `base_model.model.${tensorName.replace(/\.weight$/, '')}`;
      factors.push(tensor(a, [rank, columns], `${place}.lora_A.weight`));
      factors.push(tensor(b, [rows, rank], `${place}.lora_B.weight`));
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          let sum = 0;
          for (let r = 0; r < rank; r += 1) sum += (b[row * rank + r] ?? 0) * (a[r * columns + column] ?? 0);
          data[row * columns + column] = (data[row * columns + column] ?? 0) + 2 * sum;
        }
      }
    }
    const open = (weights: BlobPart) =>
      openModelFile([
        { name: 'config.json', blob: configJson },
        { name: 'model.safetensors', blob: new Blob([weights]) },
      ]);
    const plainModel = await loadModel(
      createReferenceBackend(),
      await open(readFileSync(path.join(folder, 'model.safetensors'))),
    );
    const { config } = plainModel;
    const adapter = await readAdapter({
      config: { ...plain, r: rank, lora_alpha: 2 * rank, target_modules: ['qkv_proj', 'o_proj', 'gate_up_proj'] },
      weights: writeSafetensors(factors),
      model: config,
    });
    expect(adapter.targetModules).toEqual(['qkv_proj', 'o_proj', 'gate_up_proj']);
    expect(adapter.parameterCount).toBe(factors.reduce((total, { data }) => total + data.byteLength / 4, 0));
    expect(adapter.modules.map(({ module }) => module).slice(0, 6)).toEqual([
      ...['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj'],
    ]);
    const ids = [3, 50, 7, 300, 12, 99];
    const session = createSession(plainModel);
    const without = await session.forwardAllLogits(ids);
    session.useAdapter(uploadAdapter(plainModel.backend, 'fused', adapter.modules, config.layerCount));
    const logits = await session.forwardAllLogits(ids);
    const mergedModel = await loadModel(createReferenceBackend(), await open(writeSafetensors(merged)));
    expect(largestDifference(logits, await createSession(mergedModel).forwardAllLogits(ids))).toBeLessThan(2e-4);
    expect(largestDifference(logits, without)).toBeGreaterThan(0.1);
    const named = { ...plain, target_modules: ['q_proj'] };
    expect(
      (await codeAndFacts(readAdapter({ config: named, weights: writeSafetensors(factors), model: config })))[0],
    ).toBe('ADAPTER_INVALID');
  });
});
