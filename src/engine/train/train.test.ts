import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readAdapter } from '../adapter/readAdapter.ts';
import type { Backend } from '../backend.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { writeSafetensors } from '../safetensors/writeSafetensors.ts';
import type { TrainEvent, TrainRequest } from '../service.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { openInfluenceCase } from '../testing/trainingCase.ts';
import { train } from './train.ts';

const folder = fileURLToPath(new URL('../../../test/golden/influence/scores', import.meta.url));
const signal = new AbortController().signal;

async function request(backend: Backend): Promise<{ model: LoadedModel; request: TrainRequest }> {
  const { model, rows } = await openInfluenceCase(folder, backend);
  return {
    model,
    request: {
      rows: rows.slice(0, 10),
      rank: 4,
      alpha: 8,
      learningRate: 0.01,
      schedule: 'linear',
      warmupSteps: 1,
      epochs: 2,
      batchSize: 4,
      weightDecay: 0.01,
      maxGradientNorm: 1,
      seed: 5,
      checkpointEvery: 2,
    },
  };
}

async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function adapterOf(events: readonly TrainEvent[]): TrainEvent & { readonly kind: 'done' } {
  const last = events.at(-1);
  if (last?.kind !== 'done') throw new Error('no adapter');
  return last;
}

const lossesOf = (events: readonly TrainEvent[]): number[] =>
  events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));

describe('train', () => {
  it('yields every step, lowers the loss, and ends with an adapter that PEFT and this engine read', async () => {
    const { model, request: asked } = await request(createReferenceBackend());
    const events = await collect(train(model, { ...asked, epochs: 12 }, { signal }));
    const losses = lossesOf(events);
    expect(losses).toHaveLength(36);
    expect((losses.at(-1) ?? 9) / (losses[0] ?? 0)).toBeLessThan(0.7);
    const { config, weights, steps } = adapterOf(events);
    expect(steps).toBe(36);
    const adapter = await readAdapter({ config, weights, model: model.config });
    expect(adapter.rank).toBe(4);
    expect(adapter.modules).toHaveLength(7 * model.config.layerCount);
    expect(adapter.modules[0]?.scale).toBe(2);
    expect(adapter.modules.every(({ b }) => b.some((value) => value !== 0))).toBe(true);
  });

  it.each([
    ['the reference', async () => createReferenceBackend()],
    ['a WebGPU device', dawnBackend],
  ])('goes on from a checkpoint bit for bit on %s', async (_, open) => {
    const { model, request: asked } = await request(await open());
    const whole = await collect(train(model, asked, { signal }));
    const checkpoint = whole.find((event) => event.kind === 'checkpoint' && event.step === 4);
    if (checkpoint?.kind !== 'checkpoint') throw new Error('no checkpoint');
    const rest = await collect(train(model, { ...asked, resumeFrom: checkpoint.bytes }, { signal }));
    expect(lossesOf(rest)).toEqual(lossesOf(whole).slice(4));
    expect(adapterOf(rest).weights).toEqual(adapterOf(whole).weights);
  });

  it('refuses the checkpoint of another run, and bytes that are not a checkpoint', async () => {
    const { model, request: asked } = await request(createReferenceBackend());
    const events = await collect(train(model, asked, { signal }));
    const checkpoint = events.find((event) => event.kind === 'checkpoint');
    if (checkpoint?.kind !== 'checkpoint') throw new Error('no checkpoint');
    const foreign = train(model, { ...asked, learningRate: 0.02, resumeFrom: checkpoint.bytes }, { signal });
    await expect(collect(foreign)).rejects.toMatchObject({ code: 'TRAIN_CHECKPOINT_FOREIGN' });
    const adapter = train(model, { ...asked, resumeFrom: adapterOf(events).weights }, { signal });
    await expect(collect(adapter)).rejects.toMatchObject({ code: 'TRAIN_CHECKPOINT_INVALID' });
    const vectors = ['parameters', 'first_moments', 'second_moments'];
    const bytes = writeSafetensors(
      vectors.map((name) => ({ name, dtype: 'U8', shape: [3], data: new Uint8Array(3) })),
      { format: 'tributary-checkpoint-1', step: '1', digest: '' },
    );
    await expect(collect(train(model, { ...asked, resumeFrom: bytes }, { signal }))).rejects.toMatchObject({
      code: 'TRAIN_CHECKPOINT_INVALID',
    });
  });

  it('stops when it is aborted', async () => {
    const { model, request: asked } = await request(createReferenceBackend());
    const abort = new AbortController();
    const events = train(model, asked, { signal: abort.signal });
    await events.next();
    abort.abort();
    await expect(collect(events)).rejects.toThrow(/abort/);
  });

  const row = { inputIds: [1, 2, 3], promptLength: 1 };
  it.each<[string, object, string, object]>([
    ['no rows', { rows: [] }, 'TRAIN_REQUEST_INVALID', { field: 'rows' }],
    [
      'a row without a response',
      { rows: [{ inputIds: [1, 2], promptLength: 2 }] },
      'TRAIN_REQUEST_INVALID',
      { row: 0 },
    ],
    [
      'a foreign token',
      { rows: [row, { inputIds: [1, 99_999], promptLength: 1 }] },
      'TRAIN_REQUEST_INVALID',
      { id: 99_999, row: 1 },
    ],
    [
      'a row without promptLength',
      { rows: [row, { inputIds: [1, 2, 3] }] },
      'TRAIN_REQUEST_INVALID',
      { row: 1, field: 'rows[1].promptLength' },
    ],
    ['a row without tokens', { rows: [{ inputIds: [], promptLength: 0 }] }, 'TRAIN_REQUEST_INVALID', { row: 0 }],
    [
      'half a token',
      { rows: [{ inputIds: [1, 1.5], promptLength: 1 }] },
      'TRAIN_REQUEST_INVALID',
      { row: 0, field: 'rows[0].inputIds[1]' },
    ],
    ['a prompt beyond its row', { rows: [{ inputIds: [1, 2], promptLength: 3 }] }, 'TRAIN_REQUEST_INVALID', { row: 0 }],
    ['a rank of 0', { rank: 0 }, 'TRAIN_REQUEST_INVALID', { field: 'rank', value: 0 }],
    [
      'a learning rate that is none',
      { learningRate: Number.NaN },
      'TRAIN_REQUEST_INVALID',
      { field: 'learningRate', value: 'NaN' },
    ],
    ['a last step that is none', { maxSteps: Number.NaN }, 'TRAIN_REQUEST_INVALID', { field: 'maxSteps' }],
    ['a learning rate that no f32 is', { learningRate: 1e300 }, 'TRAIN_REQUEST_INVALID', { field: 'learningRate' }],
    ['an unknown schedule', { schedule: 'warm' }, 'TRAIN_REQUEST_INVALID', { field: 'schedule', value: 'warm' }],
    ['an unknown field', { optimizer: 'sgd' }, 'TRAIN_REQUEST_INVALID', { field: 'optimizer' }],
    ['an unknown module', { targetModules: ['lm_head'] }, 'TRAIN_TARGET_UNKNOWN', { given: ['lm_head'] }],
  ])('refuses %s and says what is wrong', async (_, change, code, facts) => {
    const { model, request: asked } = await request(createReferenceBackend());
    const error = collect(train(model, { ...asked, ...(change as object) }, { signal }));
    await expect(error).rejects.toMatchObject({ code, facts });
  });

  it('reports diverging training', async () => {
    const { model, request: asked } = await request(createReferenceBackend());
    const wild = train(model, { ...asked, learningRate: 1e30, warmupSteps: 0 }, { signal });
    await expect(collect(wild)).rejects.toMatchObject({ code: 'TRAIN_DIVERGED' });
  });

  it('hands out no adapter whose last step left numbers behind', async () => {
    const { model, request: asked } = await request(createReferenceBackend());
    const last = train(
      model,
      { ...asked, learningRate: 3e38, weightDecay: 3e38, warmupSteps: 0, schedule: 'constant', maxSteps: 1 },
      { signal },
    );
    await expect(collect(last)).rejects.toMatchObject({ code: 'TRAIN_DIVERGED' });
  });
});
