// The error for an unsupported tokenizer, created here so that every reader words it the same way.
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
