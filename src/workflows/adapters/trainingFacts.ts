// The part of a manifest that this project's trainer writes under `training`: enough for a stranger to collect the rows in the
// order of the index, and to pay the model.
import * as v from 'valibot';
import type { AdapterManifest } from '../../datanet/index.ts';
import type { Json } from '../../lib/canonicalJson.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Hex } from '../../settlement/index.ts';
import { stepOf, type TrainingRun } from '../training/trainingRun.ts';

const trainingSchema = v.object({
  settings: v.object({ seed: v.number() }),
  sources: v.array(v.object({ datanetId: v.string(), source: v.string() })),
  model: v.optional(v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/))),
  description: v.optional(v.pipe(v.string(), v.maxLength(2_000))),
});

export type TrainingFacts = v.InferOutput<typeof trainingSchema>;

/** Throws `ADAPTER_FOREIGN` for another trainer's manifest. */
export function readTrainingFacts(manifest: AdapterManifest): TrainingFacts {
  const parsed = v.safeParse(trainingSchema, manifest.training);
  if (parsed.success) return parsed.output;
  throw new TributaryError({
    code: 'ADAPTER_FOREIGN',
    message: 'This adapter does not say how it was trained, so its answers cannot be traced to rows.',
    facts: { name: manifest.name, author: manifest.author, path: v.getDotPath(parsed.issues[0]) ?? '' },
    hint: 'Ask its author to publish it again with Tributary.',
  });
}

/** `model`: the model on the chain that answers will be paid to. */
export function trainingFactsOf(
  run: TrainingRun,
  { model, description = '' }: { readonly model?: Hex | undefined; readonly description?: string | undefined },
): Record<string, Json> {
  return {
    settings: { ...run.settings },
    sources: run.sources.map(({ datanetId, source, rowCount }) => ({ datanetId, source, rowCount })),
    rowCount: run.rowCount,
    steps: stepOf(run),
    finalLoss: run.losses.at(-1)?.[1] ?? null,
    ...(model === undefined ? {} : { model }),
    ...(description === '' ? {} : { description }),
  };
}
