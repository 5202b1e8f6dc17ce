// Golden sampling: kept sets exactly, probabilities in f64, samples exactly.
import {
  type DistributionParams,
  sampleToken,
  samplingDistribution,
} from '../../src/engine/sampling/samplingDistribution.ts';
import type { CasesOfFolder } from './conformanceCase.ts';
import { countDifferences, hasFiles, largestDifference, readJson } from './goldenFiles.ts';

interface SamplingCase {
  readonly logits: string;
  readonly settings: {
    readonly repetition_penalty?: number;
    readonly temperature?: number;
    readonly top_k?: number;
    readonly top_p?: number;
    readonly min_p?: number;
    readonly context?: readonly number[];
  };
  readonly kept: readonly number[];
  readonly draws: readonly { readonly u: number; readonly token: number }[];
  readonly probabilities?: readonly number[];
  readonly probabilities_of_kept?: readonly number[];
  readonly only_first?: number;
}

interface SamplingFile {
  readonly vectors?: Readonly<Record<string, readonly number[]>>;
  readonly cases?: readonly SamplingCase[];
}

function settingsOf({ settings }: SamplingCase): DistributionParams {
  return {
    repetitionPenalty: settings.repetition_penalty,
    temperature: settings.temperature,
    topK: settings.top_k,
    topP: settings.top_p,
    minP: settings.min_p,
  };
}

export const cases: CasesOfFolder = async function* (folder) {
  if (!hasFiles(folder, 'cases.json')) return;
  const { vectors, cases: items } = readJson<SamplingFile>(folder, 'cases.json');
  if (vectors === undefined || items === undefined) return;
  for (const [index, item] of items.entries()) {
    yield {
      name: `case ${index} ${item.logits} ${JSON.stringify(item.settings).slice(0, 100)}`,
      async run() {
        const result = samplingDistribution(vectors[item.logits] ?? [], settingsOf(item), item.settings.context);
        const first = item.only_first ?? result.ids.length;
        const kept = countDifferences(result.ids.slice(0, first), item.kept.slice(0, first));
        const sampled = countDifferences(
          item.draws.map(({ u }) => sampleToken(result, u)),
          item.draws.map(({ token }) => token),
        );
        if (kept + sampled > 0)
          return { error: kept + sampled, tolerance: 0, note: `${kept} kept ids and ${sampled} samples differ` };
        const whole = (item.probabilities ?? []).map((_, id) => result.probabilities[result.ids.indexOf(id)] ?? 0);
        const [actual, expected] =
          item.probabilities === undefined
            ? [result.probabilities.slice(0, first), item.probabilities_of_kept ?? []]
            : [whole, item.probabilities];
        return { error: largestDifference(actual, expected), tolerance: 1e-12, note: `${item.draws.length} samples` };
      },
    };
  }
};
