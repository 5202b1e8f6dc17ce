import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSession } from '../model/createSession.ts';
import { linearModules } from '../model/decoderWeights.ts';
import { type AdapterModule, uploadAdapter } from '../model/deviceAdapter.ts';
import { loadModel } from '../model/loadModel.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import type { TrainRequest } from '../service.ts';
import { goldenModel } from '../testing/goldenModel.ts';
import { adapterLayout } from './adapterLayout.ts';
import { checkTrainable } from './checkTrainable.ts';
import { checkTrainRequest } from './checkTrainRequest.ts';
import { perSampleGradients } from './perSampleGradients.ts';

const folder = path.join(import.meta.dirname, '../../../test/golden/engine-architectures');
const wave = (length: number, seed: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, at) => Math.sin(seed + 1.7 * at) / 8);

describe('checkTrainable', () => {
  it.each([
    ['tiny-gemma2', 'a gated activation by GELU'],
    ['tiny-gemma3-text', 'layers that differ in their window'],
    ['tiny-phi3', 'fused projections'],
  ])('refuses %s by name, and gradients of it before anything is reserved', async (name, feature) => {
    const file = await goldenModel(name, folder);
    const backend = createReferenceBackend();
    const model = await loadModel(backend, file);
    const before = backend.counters.allocatedBytes;
    // An invalid request: the model is refused first.
    const request = { rows: [] } as unknown as TrainRequest;
    const refusals = [
      () => checkTrainable(file.config),
      () => perSampleGradients(model, []),
      () => checkTrainRequest(model, request),
    ];
    for (const refused of refusals) {
      expect(refused).toThrow(
        expect.objectContaining({
          code: 'ENGINE_TRAINING_UNSUPPORTED',
          facts: { architecture: file.config.architecture, features: expect.arrayContaining([feature]) },
        }),
      );
    }
    expect(backend.counters.allocatedBytes).toBe(before);
  });
});

describe('SmolLM3', () => {
  it('has gradients that match finite differences, in layers with and without rotation', async () => {
    const model = await loadModel(createReferenceBackend(), await goldenModel('tiny-smollm3', folder));
    const { config, backend } = model;
    const rank = 2;
    const { modules: places } = adapterLayout(config, () => ({ rank, scale: 0.5 }));
    const modules = places.map(
      ({ layer, module, inputs, outputs }, index): AdapterModule => ({
        layer,
        module,
        rank,
        scale: 0.5,
        a: wave(rank * inputs, index),
        b: wave(outputs * rank, 100 + index),
      }),
    );
    const inputIds = [3, 90, 41, 7, 200, 12, 55, 301, 8];
    const promptLength = 3;
    const source = perSampleGradients(model, modules, { slots: 1 });
    const [{ gradient } = { gradient: new Float32Array() }] = await Array.fromAsync(
      source.gradients([{ inputIds, promptLength }]),
    );
    source.destroy();

    async function loss(changed: readonly AdapterModule[]): Promise<number> {
      const session = createSession(model);
      session.useAdapter(uploadAdapter(backend, 'changed', changed, config.layerCount));
      const logits = await session.forwardAllLogits(inputIds);
      session.destroy();
      let sum = 0;
      for (let place = promptLength; place < inputIds.length; place += 1) {
        const row = logits.subarray((place - 1) * config.vocabularySize, place * config.vocabularySize);
        const total = row.reduce((all, value) => all + Math.exp(value), 0);
        sum += Math.log(total) - (row[inputIds[place] as number] as number);
      }
      return sum;
    }

    for (const layer of [0, 1, 2, 3]) {
      for (const module of linearModules) {
        const place = places.find((each) => each.layer === layer && each.module === module);
        if (place === undefined) throw new Error('The module is not in the layout.');
        const direction = wave(rank * place.inputs, 7);
        const step = 0.02;
        const moved = (sign: number): AdapterModule[] =>
          modules.map((each) =>
            each.layer === layer && each.module === module
              ? { ...each, a: each.a.map((value, at) => value + sign * step * (direction[at] ?? 0)) }
              : each,
          );
        const measured = ((await loss(moved(1))) - (await loss(moved(-1)))) / (2 * step);
        const slope = direction.reduce((sum, value, at) => sum + value * (gradient[place.offsetA + at] as number), 0);
        // Finite differences of f32 logits have noise of about 1e-3.
        expect({ layer, module, close: Math.abs(measured - slope) < 2e-3 + 0.01 * Math.abs(slope) }).toEqual({
          layer,
          module,
          close: true,
        });
      }
    }
  });
});
