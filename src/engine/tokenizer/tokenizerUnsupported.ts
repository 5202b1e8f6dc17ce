// The error of a tokenizer that this engine cannot follow: made here so that every reader says it in the same words.
import { TributaryError } from '../../lib/errors.ts';

/** `reason` begins in lower case and names what is not supported. */
export function tokenizerUnsupported(reason: string, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'TOKENIZER_UNSUPPORTED',
    message: `This model's tokenizer cannot be read: ${reason}`,
    facts: { reason },
    hint: 'Choose a model with a byte-level or metaspace tokenizer (GPT-2, Llama, Mistral, Qwen, Gemma).',
    cause,
  });
}
