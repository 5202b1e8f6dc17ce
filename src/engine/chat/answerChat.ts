// Turns sampled tokens into the chunks of an answer: growing text, stop strings, log probabilities, usage. If the device that
// samples is lost, the text continues on the next one.
import type { SampledToken } from '../sampling/createSampler.ts';
import type { FinishReason } from '../sampling/sampleTokens.ts';
import type { TextTokenizer } from '../tokenizer/openTokenizer.ts';
import { createStopScanner } from './stopScanner.ts';
import type { AlternativeToken, ChatChunk, TokenLogprob } from './types.ts';

export interface AnswerChatParameters {
  readonly tokenizer: TextTokenizer;
  readonly promptTokens: number;
  /** Stop strings. */
  readonly stops: readonly string[];
  /** Samples tokens that follow the prompt and `sampled`, the tokens of this answer so far. */
  readonly sample: (sampled: readonly number[]) => AsyncGenerator<SampledToken, FinishReason>;
  /** Called with the error that `sample` threw and the number of tokens so far. Returns if sampling can continue, or throws. */
  readonly recover?: (error: unknown, sampledTokens: number) => Promise<void>;
}

/** The chunks of one answer; the last one has the finish reason and the usage. */
export async function* answerChat(parameters: AnswerChatParameters): AsyncGenerator<ChatChunk> {
  const { tokenizer, sample, recover } = parameters;
  const decoder = tokenizer.stream();
  const scanner = createStopScanner(parameters.stops);
  const sampled: number[] = [];
  const started = performance.now();
  let prefilled = started;
  let tokens = sample(sampled);

  async function next(): Promise<IteratorResult<SampledToken, FinishReason>> {
    for (;;) {
      try {
        return await tokens.next();
      } catch (error) {
        if (recover === undefined) throw error;
        await recover(error, sampled.length);
        tokens = sample(sampled);
      }
    }
  }

  const alternative = (id: number, logprob: number): AlternativeToken => {
    const bytes = tokenizer.bytesOf(id);
    const token =
      bytes === undefined ? tokenizer.decode([id]) : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    return { token, bytes: bytes === undefined ? null : [...bytes], logprob };
  };
  const logprobOf = ({ id, logprob, top = [] }: SampledToken): readonly TokenLogprob[] =>
    logprob === undefined
      ? []
      : [{ ...alternative(id, logprob), top_logprobs: top.map((each) => alternative(each.id, each.logprob)) }];

  try {
    for (;;) {
      const { value, done } = await next();
      if (sampled.length === 0) prefilled = performance.now();
      if (done !== true) {
        sampled.push(value.id);
        const delta = scanner.push(decoder.push(value.id));
        const logprobs = logprobOf(value);
        yield { delta, ids: [value.id], finish_reason: null, ...(logprobs.length === 0 ? {} : { logprobs }) };
        if (!scanner.stopped) continue;
      }
      const rest = scanner.stopped ? '' : scanner.push(decoder.finish()) + scanner.finish();
      yield {
        delta: rest,
        ids: [],
        finish_reason: scanner.stopped || done !== true ? 'stop' : value,
        ...(scanner.stopText === undefined ? {} : { stop_reason: scanner.stopText }),
        usage: {
          prompt_tokens: parameters.promptTokens,
          completion_tokens: sampled.length,
          prefillMilliseconds: prefilled - started,
          decodeMilliseconds: performance.now() - prefilled,
        },
      };
      return;
    }
  } finally {
    await tokens.return('stop');
  }
}
