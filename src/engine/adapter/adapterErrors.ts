// The errors of reading an adapter, in one wording.
import { type Fact, TributaryError } from '../../lib/errors.ts';

/** The adapter asks for something that is not plain LoRA on linear layers. `field` names it. */
export function adapterUnsupported(field: string, value: Fact, reason: string): TributaryError {
  return new TributaryError({
    code: 'ADAPTER_UNSUPPORTED',
    message: `This adapter is not supported: ${reason}`,
    facts: { field, value },
    hint: 'Choose an adapter that is plain LoRA on the linear layers.',
  });
}

/** The adapter contradicts itself, its config or the model. `place` names the field or tensor. */
export function adapterInvalid(place: string, reason: string): TributaryError {
  return new TributaryError({
    code: 'ADAPTER_INVALID',
    message: `This adapter cannot be loaded: ${reason}`,
    facts: { place },
    hint: 'Check that the adapter was made for this model, or get it again from its source.',
  });
}
