// What can be wrong with a chat template. Who reads the error must know whether the messages, the template or this interpreter is
// the reason.
import { TributaryError } from '../../lib/errors.ts';

/** The template raises an exception for these messages, or an operation in it fails as it would in Python. */
export function templateFailed(reason: string): TributaryError {
  return new TributaryError({
    code: 'CHAT_TEMPLATE_FAILED',
    message: `The model's chat template refuses these messages: ${reason}`,
    facts: { reason },
    hint: 'Start with a user message and let user and assistant alternate; some models take no system message.',
  });
}

/** The template is not Jinja: no messages can be rendered with it. */
export function templateInvalid(reason: string, line: number): TributaryError {
  return new TributaryError({
    code: 'CHAT_TEMPLATE_INVALID',
    message: `Line ${line} of the model's chat template is not valid: ${reason}`,
    facts: { reason, line },
    hint: 'Use another file of this model, or correct its chat template.',
  });
}

/** The template needs something of Jinja or Python that this interpreter does not have. `construct`: its name. */
export function templateUnsupported(construct: string): TributaryError {
  return new TributaryError({
    code: 'CHAT_TEMPLATE_UNSUPPORTED',
    message: `The model's chat template uses ${construct}, which is not supported here.`,
    facts: { construct },
    hint: 'Use another model or file, or remove the construct from its chat template.',
  });
}

/** The template does not come to an end within the limit that is named. */
export function templateTooMuch(limit: string): TributaryError {
  return new TributaryError({
    code: 'CHAT_TEMPLATE_TOO_MUCH',
    message: `The model's chat template was stopped: it exceeds ${limit}.`,
    facts: { limit },
    hint: 'Shorten the conversation; if that does not help, the template is at fault: use another file of this model.',
  });
}
