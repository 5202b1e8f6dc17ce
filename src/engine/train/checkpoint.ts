// The state of a training run between two steps as bytes: adapter, optimiser moments, step and the digest of its request.
// Row orders and initial weights follow from the seed, so there is no generator state.

import { bytesToHex } from '../../lib/bytes.ts';
import { canonicalJson, type Json } from '../../lib/canonicalJson.ts';
import { TributaryError } from '../../lib/errors.ts';
import { sha256 } from '../../lib/hash.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { openSafetensors } from '../safetensors/openSafetensors.ts';
import { writeSafetensors } from '../safetensors/writeSafetensors.ts';
import type { TrainRequest } from '../service.ts';

export interface Checkpoint {
  /** Steps completed. */
  readonly step: number;
  readonly digest: string;
  readonly parameters: Float32Array<ArrayBuffer>;
  readonly firstMoments: Float32Array<ArrayBuffer>;
  readonly secondMoments: Float32Array<ArrayBuffer>;
}

/** SHA-256 of everything that determines a run's numbers: model shape, settings and rows; not where it resumes or when it saves. */
export function requestDigest(config: ModelConfig, request: TrainRequest): string {
  const { resumeFrom: _resumeFrom, checkpointEvery: _checkpointEvery, ...settings } = request;
  // Through JSON, which drops undefined values and readonly types.
  const value = JSON.parse(JSON.stringify({ config, settings })) as Json;
  return bytesToHex(sha256(new TextEncoder().encode(canonicalJson(value))));
}

export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { step, digest, parameters, firstMoments, secondMoments } = checkpoint;
  const shape = [parameters.length];
  return writeSafetensors(
    [
      { name: 'parameters', dtype: 'F32', shape, data: parameters },
      { name: 'first_moments', dtype: 'F32', shape, data: firstMoments },
      { name: 'second_moments', dtype: 'F32', shape, data: secondMoments },
    ],
    { format: 'tributary-checkpoint-1', step: String(step), digest },
  );
}

/** Throws `TRAIN_CHECKPOINT_INVALID` for bytes that are not a checkpoint and `TRAIN_CHECKPOINT_FOREIGN` for another run's. */
export async function readCheckpoint(bytes: Uint8Array, digest: string, length: number): Promise<Checkpoint> {
  const file = await openSafetensors({ name: 'checkpoint', blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) });
  const step = Number(file.metadata.get('step'));
  const vectors = await Promise.all(
    ['parameters', 'first_moments', 'second_moments'].map(async (name) => {
      const tensor = file.tensors.get(name);
      return tensor?.dtype === 'F32' ? new Float32Array((await tensor.read()).buffer) : undefined;
    }),
  );
  const [parameters, firstMoments, secondMoments] = vectors;
  const known = file.metadata.get('format') === 'tributary-checkpoint-1' && Number.isSafeInteger(step) && step > 0;
  if (!known || parameters === undefined || firstMoments === undefined || secondMoments === undefined) {
    throw new TributaryError({
      code: 'TRAIN_CHECKPOINT_INVALID',
      message: 'These bytes are not a training checkpoint.',
      facts: { format: file.metadata.get('format') ?? null },
      hint: 'Start the training again.',
    });
  }
  if (file.metadata.get('digest') !== digest || parameters.length !== length) {
    throw new TributaryError({
      code: 'TRAIN_CHECKPOINT_FOREIGN',
      message: 'This checkpoint belongs to another training run.',
      facts: { checkpoint: file.metadata.get('digest') ?? null, request: digest },
      hint: 'Resume with the same model, rows and settings, or start again.',
    });
  }
  return { step, digest, parameters, firstMoments, secondMoments };
}
