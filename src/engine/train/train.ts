// Trains a LoRA adapter on rows: epochs in a seeded order, schedule, checkpoints, and PEFT's files at the end. It takes
// token ids and a loaded model; it stores nothing and fetches nothing.
import { TributaryError } from '../../lib/errors.ts';
import type { CallContext } from '../../lib/rpc.ts';
import { type LoadedModel, linearModules } from '../model/decoderWeights.ts';
import type { TrainEvent, TrainRequest } from '../service.ts';
import { type AdapterLayout, uniformLayout } from './adapterLayout.ts';
import { readCheckpoint, requestDigest, writeCheckpoint } from './checkpoint.ts';
import { checkTrainRequest } from './checkTrainRequest.ts';
import { initialAdapter } from './initialAdapter.ts';
import { learningRate } from './learningRate.ts';
import { packRows, targetCount } from './packRows.ts';
import { peftAdapter } from './peftAdapter.ts';
import { type PlanCapacity, planCapacity } from './planCapacity.ts';
import { rowOrder } from './rowOrder.ts';
import { createTrainingGraph, type TrainingGraph } from './trainingGraph.ts';
import { trainingStep } from './trainingStep.ts';

/** Enough tokens per batch to fill a device, without making one submission long. */
const COMFORTABLE_TOKENS = 1_024;

const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

function capacityFor(model: LoadedModel, layout: AdapterLayout, request: TrainRequest): PlanCapacity {
  const lengths = request.rows.map(({ inputIds }) => inputIds.length).sort((left, right) => right - left);
  const targets = request.rows.map(targetCount).sort((left, right) => right - left);
  const sumOfLongest = (sorted: readonly number[]): number =>
    sorted.slice(0, request.batchSize).reduce((total, value) => total + value, 0);
  return planCapacity(model, layout, {
    tokens: Math.min(COMFORTABLE_TOKENS, sumOfLongest(lengths)),
    targets: Math.min(COMFORTABLE_TOKENS, sumOfLongest(targets)),
    maxRowTokens: lengths[0] ?? 1,
    maxTargets: targets[0] ?? 1,
  });
}

function diverged(facts: Readonly<Record<string, number>>): TributaryError {
  return new TributaryError({
    code: 'TRAIN_DIVERGED',
    message: 'The training diverged: its loss or its adapter is no longer of numbers.',
    facts,
    hint: 'Train again with a lower learning rate or a longer warm-up.',
  });
}

async function* steps(
  plan: TrainingGraph,
  capacity: PlanCapacity,
  model: LoadedModel,
  request: TrainRequest,
  run: { readonly firstStep: number; readonly totalSteps: number; readonly digest: string },
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, number> {
  const { rows, batchSize, seed } = request;
  const stepsPerEpoch = Math.ceil(rows.length / batchSize);
  const limits = { tokens: capacity.tokenCapacity, targets: capacity.targetCapacity, rows: rows.length };
  const { backend } = model;
  const read = async (tensor: TrainingGraph['parameters']) =>
    (await backend.download(tensor)) as Float32Array<ArrayBuffer>;
  let order: readonly number[] = [];
  let finalLoss = Number.NaN;
  for (let step = run.firstStep; step <= run.totalSteps; step += 1) {
    signal.throwIfAborted();
    const started = performance.now();
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    const place = (step - 1) % stepsPerEpoch;
    if (place === 0 || order.length === 0) order = rowOrder(rows.length, seed, epoch);
    const chosen = order
      .slice(place * batchSize, (place + 1) * batchSize)
      .map((index) => rows[index] as (typeof rows)[0]);
    const rate = learningRate(
      {
        kind: request.schedule,
        learningRate: request.learningRate,
        warmupSteps: request.warmupSteps,
        totalSteps: run.totalSteps,
      },
      step,
    );
    const settings = {
      ...optimizer,
      learningRate: rate,
      weightDecay: request.weightDecay,
      maxGradientNorm: request.maxGradientNorm,
      step,
    };
    const result = await trainingStep(plan, packRows(chosen, limits, model.config.slidingWindow), settings, signal);
    if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradientNorm))
      throw diverged({ step, learningRate: rate });
    finalLoss = result.loss;
    const milliseconds = performance.now() - started;
    yield { kind: 'step', step, totalSteps: run.totalSteps, learningRate: rate, ...result, milliseconds };
    const { checkpointEvery = 0 } = request;
    if (checkpointEvery > 0 && step % checkpointEvery === 0 && step < run.totalSteps) {
      const bytes = writeCheckpoint({
        step,
        digest: run.digest,
        parameters: await read(plan.parameters),
        firstMoments: await read(plan.firstMoments),
        secondMoments: await read(plan.secondMoments),
      });
      yield { kind: 'checkpoint', step, bytes };
    }
  }
  return finalLoss;
}

/**
 * Trains on `model`, which must not generate meanwhile. Yields one event per step, checkpoints if requested, and finally the
 * adapter. On the same device, a run resumed from a checkpoint continues bit for bit as if it had never stopped.
 *
 * Throws `ENGINE_TRAINING_UNSUPPORTED`, `TRAIN_REQUEST_INVALID`, `TRAIN_TARGET_UNKNOWN`, `TRAIN_CHECKPOINT_INVALID`,
 * `TRAIN_CHECKPOINT_FOREIGN`, `TRAIN_DIVERGED`, and `ENGINE_BUFFER_TOO_LARGE` if the longest row does not fit the device.
 */
export async function* train(
  model: LoadedModel,
  request: TrainRequest,
  context: Pick<CallContext, 'signal'>,
): AsyncGenerator<TrainEvent> {
  checkTrainRequest(model, request);
  const { backend, config } = model;
  const { rank, alpha, targetModules = linearModules, rows, batchSize, epochs, maxSteps } = request;
  const layout = uniformLayout(config, { rank, scale: alpha / rank, targetModules });
  const digest = requestDigest(config, request);
  const start =
    request.resumeFrom === undefined ? undefined : await readCheckpoint(request.resumeFrom, digest, layout.length);
  const capacity = capacityFor(model, layout, request);
  const plan = await createTrainingGraph({ model, layout, slots: 1, ...capacity });
  try {
    backend.upload(plan.parameters, start?.parameters ?? initialAdapter(layout, request.seed));
    if (start !== undefined) {
      backend.upload(plan.firstMoments, start.firstMoments);
      backend.upload(plan.secondMoments, start.secondMoments);
    }
    const totalSteps = Math.min(maxSteps ?? Number.POSITIVE_INFINITY, epochs * Math.ceil(rows.length / batchSize));
    const run = { firstStep: (start?.step ?? 0) + 1, totalSteps, digest };
    const finalLoss = yield* steps(plan, capacity, model, request, run, context.signal);
    const values = (await backend.download(plan.parameters)) as Float32Array<ArrayBuffer>;
    // The loss is taken before the step: the last step's damage shows in no loss.
    if (!values.every(Number.isFinite)) throw diverged({ step: totalSteps, learningRate: request.learningRate });
    yield { kind: 'done', ...peftAdapter({ layout, values, alpha }), steps: totalSteps, finalLoss };
  } finally {
    plan.destroy();
  }
}
