// The errors of reading a model, created here so that every reader words them the same way.
import { type Fact, TributaryError } from '../lib/errors.ts';

/** The model needs something that this engine does not support. `field` names it. */
export function modelUnsupported(field: string, value: Fact, reason: string): TributaryError {
  return new TributaryError({
    code: 'MODEL_UNSUPPORTED',
    message: `This model is not supported: ${reason}`,
    facts: { field, value },
    hint: 'Choose a Llama, Mistral, Qwen, SmolLM3, Gemma or Phi-3 model without the named feature.',
  });
}

/** The model contradicts itself or lacks something. `place` names the field, tensor or file. */
export function modelInvalid(
  place: string,
  reason: string,
  facts: Readonly<Record<string, Fact>> = {},
): TributaryError {
  return new TributaryError({
    code: 'MODEL_INVALID',
    message: `This model cannot be read: ${reason}`,
    facts: { place, ...facts },
    hint: 'Get the model again from its source, with all of its files.',
  });
}
