// Reads one answer from whatever runs the model: its text, its tokens, why it ended. It knows no screen: how often the growing
// answer is shown is decided by `schedule`, because tokens may come faster than a screen can show them.
import type { ChatChunk, ChatRequest, ChatRuntime } from '../../engine/index.ts';
import type { AnswerUsage } from '../../store/index.ts';

/** Longest answer of an adapter, in tokens: its price is quoted before it is given. */
export const MAX_ANSWER_TOKENS = 256;
/** Longest answer of a base model alone, which costs nothing. */
const MAX_BASE_ANSWER_TOKENS = 1024;

export interface AnswerSoFar {
  readonly text: string;
  /** Tokens generated so far; `text` may lag behind them. Empty where the runtime does not report tokens. */
  readonly ids: readonly number[];
}

export interface FinishedAnswer extends AnswerSoFar {
  readonly usage: AnswerUsage;
  /** It reached the maximum length. */
  readonly cut: boolean;
  /** The model ended it with an end token, which is not among `ids`. */
  readonly ended: boolean;
}

export interface StreamAnswerParameters {
  readonly runtime: ChatRuntime;
  /** Without `max_tokens` the answer may have `MAX_ANSWER_TOKENS`, or more where no adapter is asked. */
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
  /** Calls `update` once, at the next moment at which the screen can show something. */
  readonly schedule: (update: () => void) => void;
  /** Called at scheduled moments and once at the end, however it ends. */
  readonly onUpdate: (answer: AnswerSoFar) => void;
}

function usageOf({ usage }: ChatChunk): AnswerUsage | undefined {
  if (usage === undefined) return undefined;
  return {
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens,
    prefillMilliseconds: usage.prefillMilliseconds,
    decodeMilliseconds: usage.decodeMilliseconds,
  };
}

/** Streams the answer to `request`. Throws what the runtime throws, and the signal's reason. */
export async function streamAnswer(parameters: StreamAnswerParameters): Promise<FinishedAnswer> {
  const { runtime, request, signal, schedule, onUpdate } = parameters;
  const max_tokens = request.adapterId === undefined ? MAX_BASE_ANSWER_TOKENS : MAX_ANSWER_TOKENS;
  const ids: number[] = [];
  let text = '';
  let last: ChatChunk | undefined;
  let scheduled = false;
  let finished = false;
  const show = (): void => onUpdate({ text, ids: [...ids] });
  const update = (): void => {
    scheduled = false;
    if (!finished) show();
  };
  const started = performance.now();
  try {
    for await (const chunk of runtime.chat({ max_tokens, ...request }, { signal })) {
      text += chunk.delta;
      ids.push(...chunk.ids);
      last = chunk;
      if (scheduled) continue;
      scheduled = true;
      schedule(update);
    }
    signal.throwIfAborted();
  } finally {
    // Also of an answer that was stopped: what was generated since the last update belongs to it.
    finished = true;
    show();
  }
  return {
    text,
    ids: [...ids],
    cut: last?.finish_reason === 'length',
    ended: last?.finish_reason === 'stop' && last.stop_reason === undefined,
    usage: (last && usageOf(last)) ?? {
      promptTokens: 0,
      completionTokens: ids.length,
      prefillMilliseconds: 0,
      decodeMilliseconds: performance.now() - started,
    },
  };
}
