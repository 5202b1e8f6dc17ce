// Reads one answer from whatever runs the model, at most one update per animation frame: tokens may come faster than the screen.
import type { ChatRequest, ChatRuntime } from '../../engine/index.ts';
import type { AnswerUsage } from '../../store/index.ts';

/** The most tokens of an answer by an adapter, whose price is said before; of a base model alone, which costs nothing. */
export const MAXIMUM_TOKENS = 256;
const MAXIMUM_TOKENS_OF_BASE = 1024;
/** A hidden page draws no frames; the text must not wait for one. */
const HIDDEN_MILLISECONDS = 250;

export interface FinishedAnswer {
  readonly text: string;
  readonly usage: AnswerUsage;
  /** It ended because it may not be longer. */
  readonly cut: boolean;
}

/**
 * Streams the answer to `request`. `onText` gets the whole text so far and the number of tokens, 0 where the runtime does not
 * tell them. Throws what the runtime throws.
 */
export async function streamAnswer(
  runtime: ChatRuntime,
  request: ChatRequest,
  signal: AbortSignal,
  onText: (text: string, tokens: number) => void,
): Promise<FinishedAnswer> {
  let text = '';
  let tokens = 0;
  let usage: AnswerUsage | undefined;
  let cut = false;
  let scheduled = false;
  const flush = (): void => {
    if (!scheduled) return;
    scheduled = false;
    onText(text, tokens);
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    if (document.hidden) setTimeout(flush, HIDDEN_MILLISECONDS);
    else requestAnimationFrame(flush);
  };
  const started = performance.now();
  const max_tokens = request.adapterId === undefined ? MAXIMUM_TOKENS_OF_BASE : MAXIMUM_TOKENS;
  for await (const chunk of runtime.chat({ max_tokens, ...request }, { signal })) {
    if (chunk.finish_reason === 'length') cut = true;
    text += chunk.delta;
    tokens += chunk.ids.length;
    schedule();
    if (chunk.usage !== undefined) {
      usage = {
        promptTokens: chunk.usage.prompt_tokens,
        completionTokens: chunk.usage.completion_tokens,
        prefillMilliseconds: chunk.usage.prefillMilliseconds,
        decodeMilliseconds: chunk.usage.decodeMilliseconds,
      };
    }
  }
  signal.throwIfAborted();
  scheduled = true;
  flush();
  return {
    text,
    cut,
    usage: usage ?? {
      promptTokens: 0,
      completionTokens: tokens,
      prefillMilliseconds: 0,
      decodeMilliseconds: performance.now() - started,
    },
  };
}
