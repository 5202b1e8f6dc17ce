// Ids after a prompt, for programs that want no more than that: `sampleTokens` with a seed. It knows no text.
import { type FinishReason, sampleTokens, type TokenReader } from './sampleTokens.ts';
import type { DistributionParams } from './samplingDistribution.ts';
import { seededRandom } from './seededRandom.ts';

export interface GenerateOptions extends DistributionParams {
  /** Most tokens to sample; the session's context bounds it too. */
  readonly maximumTokens: number;
  /** Ids that end the answer; the one that came is not given out. */
  readonly stopIds?: readonly number[] | undefined;
  /** Same seed, same settings, same logits: same tokens. Default 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Ids after `prompt`, one by one; returns why it ended. The session's cache is reused for the longest common beginning. An
 * abort throws its reason and leaves the session usable.
 */
export async function* generate(
  session: TokenReader,
  prompt: readonly number[],
  { maximumTokens, stopIds = [], seed = 0, signal, ...settings }: GenerateOptions,
): AsyncGenerator<number, FinishReason> {
  const random = seededRandom(seed);
  const tokens = sampleTokens(session, prompt, { settings, maximumTokens, stopIds, random, seed, signal });
  for (;;) {
    const { value, done } = await tokens.next();
    if (done === true) return value;
    yield value.id;
  }
}
