// Ids after a prompt, for programs that need only that: `sampleTokens` with a seed. Knows no text.
import { type FinishReason, type Sequence, sampleTokens } from './sampleTokens.ts';
import type { DistributionParams } from './samplingDistribution.ts';
import { seededRandom } from './seededRandom.ts';

export interface GenerateOptions extends DistributionParams {
  /** Maximum number of tokens to sample; the session's context also limits it. */
  readonly maxTokens: number;
  /** Ids that end the answer; they are not yielded. */
  readonly stopIds?: readonly number[] | undefined;
  /** Same seed, same settings, same logits: same tokens. Default: 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Ids after `prompt`, one by one; returns why it ended. Reuses the session's cache for the longest common prefix. An abort throws
 * its reason and leaves the session usable.
 */
export async function* generate(
  session: Sequence,
  prompt: readonly number[],
  { maxTokens, stopIds = [], seed = 0, signal, ...settings }: GenerateOptions,
): AsyncGenerator<number, FinishReason> {
  const random = seededRandom(seed);
  const tokens = sampleTokens(session, prompt, { settings, maxTokens, stopIds, random, seed, signal });
  for (;;) {
    const { value, done } = await tokens.next();
    if (done === true) return value;
    yield value.id;
  }
}
