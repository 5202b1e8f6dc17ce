// Draws one token after another from a session until a stop id, a limit, or an abort. It knows no text.
import type { Session } from '../model/createSession.ts';
import { seededRandom } from './seededRandom.ts';
import { drawToken, type SamplingSettings, tokenProbabilities } from './tokenProbabilities.ts';

export interface GenerateOptions extends SamplingSettings {
  /** Most tokens to draw; the session's context bounds it too. */
  readonly maximumTokens: number;
  /** Ids that end the answer; the one that came is not given out. */
  readonly stopIds?: readonly number[] | undefined;
  /** Same seed, same settings, same logits: same tokens. Default 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPrefill?: ((done: number, total: number) => void) | undefined;
}

export type FinishReason = 'stop' | 'length';

/**
 * Ids after `prompt`, one by one; returns why it ended. The session's cache is reused for the longest common beginning. An
 * abort throws its reason and leaves the session usable.
 */
export async function* generate(
  session: Session,
  prompt: readonly number[],
  options: GenerateOptions,
): AsyncGenerator<number, FinishReason> {
  const { signal, stopIds = [], temperature = 1 } = options;
  const stops = new Set(stopIds);
  const random = seededRandom(options.seed ?? 0);
  // The last prompt token is always read anew: its logits are not kept.
  let shared = 0;
  while (shared < prompt.length - 1 && session.ids[shared] === prompt[shared]) shared += 1;
  session.truncate(shared);

  const greedy = temperature === 0 && (options.repetitionPenalty ?? 1) === 1;
  const context = [...prompt];
  let unread: readonly number[] = prompt.slice(shared);
  for (let drawn = 0; drawn < options.maximumTokens; drawn += 1) {
    if (session.ids.length + unread.length > session.contextLength && drawn > 0) return 'length';
    const readOptions = { signal, onProgress: drawn === 0 ? options.onPrefill : undefined };
    const id = greedy
      ? await session.readGreedy(unread, readOptions)
      : pick(await session.read(unread, readOptions), options, context, random);
    signal?.throwIfAborted();
    if (stops.has(id)) return 'stop';
    yield id;
    context.push(id);
    unread = [id];
  }
  return 'length';
}

function pick(
  logits: Float32Array,
  options: GenerateOptions,
  context: readonly number[],
  random: () => number,
): number {
  if (options.temperature === 0) {
    const { ids, probabilities } = tokenProbabilities(
      logits,
      { ...options, temperature: 1, topK: 1, topP: 1 },
      context,
    );
    return drawToken({ ids, probabilities }, 0);
  }
  return drawToken(tokenProbabilities(logits, options, context), random());
}
