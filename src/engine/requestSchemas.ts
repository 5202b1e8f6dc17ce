// What each method of the engine's worker takes. `chat` and the settings of training have checks of their own, with their own codes.
import * as v from 'valibot';
import { blobSchema, bytesSchema, type RequestSchemas, wholeNumber } from '../lib/checkedService.ts';
import type { EngineService } from './service.ts';

/** Ids; whether the model has them is for the method to say. */
const tokenIds = v.array(wholeNumber(0));

/** A row with at least a token, whose prompt does not go beyond it. */
export const encodedRowSchema = v.pipe(
  v.strictObject({ inputIds: v.pipe(tokenIds, v.minLength(1)), promptLength: wholeNumber(0) }),
  v.forward(
    v.check(({ inputIds, promptLength }) => promptLength <= inputIds.length, 'The prompt is longer than the row'),
    ['promptLength'],
  ),
);

/** A number that is finite as the f32 that is computed with. */
const finite = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(3.4e38));

const baseIdentity = v.strictObject({ names: v.optional(v.array(v.string())), sha256: v.optional(v.string()) });

/** The settings and rows of a training, as far as they do not depend on the model. */
export const trainRequestSchema = v.strictObject({
  rows: v.pipe(v.array(encodedRowSchema), v.minLength(1, 'There is no row to train on')),
  rank: v.pipe(wholeNumber(1), v.maxValue(1_024)),
  alpha: finite,
  targetModules: v.optional(v.pipe(v.array(v.string()), v.minLength(1))),
  learningRate: finite,
  schedule: v.picklist(['constant', 'linear', 'cosine']),
  warmupSteps: wholeNumber(0),
  epochs: wholeNumber(1),
  maxSteps: v.optional(wholeNumber(1)),
  batchSize: wholeNumber(1),
  weightDecay: finite,
  maxGradientNorm: finite,
  seed: wholeNumber(0),
  checkpointEvery: v.optional(wholeNumber(1)),
  resumeFrom: v.optional(bytesSchema),
});

const device = v.optional(v.picklist(['automatic', 'gpu', 'cpu']));
const choice = v.picklist(['stored', 'f32', 'f16', 'q8_0', 'q4_0']);
const choices = v.strictObject({ weights: choice, embedding: choice, head: choice });
const files = v.pipe(
  v.array(v.looseObject({ name: v.string(), blob: blobSchema, sha256: v.optional(v.string()) })),
  v.minLength(1),
);

export const requestSchemas: RequestSchemas<EngineService> = {
  probe: v.strictObject({ device }),
  loadModel: v.strictObject({
    files,
    identity: v.optional(baseIdentity),
    choices: v.optional(choices),
    // `ENGINE_CONTEXT_INVALID` says what this model allows.
    contextLength: v.optional(v.custom<number>((value) => typeof value === 'number', 'Expected number')),
    device,
    computeDtype: v.optional(v.picklist(['float32', 'float16', 'int8'])),
    // Read with care: it was stored by an earlier version.
    variants: v.optional(v.record(v.string(), v.unknown())),
  }),
  inspectModel: v.strictObject({ files, choices: v.optional(v.array(choices)) }),
  convertModel: v.strictObject({ files, choices: v.optional(choices), fromTensor: v.optional(wholeNumber(0)) }),
  measureQuality: v.strictObject({ text: v.string(), reference: v.optional(v.strictObject({ files })) }),
  loadAdapter: v.strictObject({
    id: v.string(),
    config: v.record(v.string(), v.unknown()),
    weights: bytesSchema,
    base: v.optional(baseIdentity),
    acceptOtherBase: v.optional(v.boolean()),
  }),
  unloadAdapter: v.strictObject({ id: v.string() }),
  chat: undefined,
  encode: v.strictObject({ text: v.string() }),
  decode: v.strictObject({ ids: tokenIds }),
  encodeRows: v.strictObject({ rows: v.array(v.looseObject({ prompt: v.string(), response: v.string() })) }),
  encodeAnswer: v.strictObject({ prompt: v.string(), answerIds: tokenIds, ended: v.boolean() }),
  train: undefined,
  rowGradient: v.strictObject({ adapterId: v.string(), row: encodedRowSchema }),
};
