// Failures inside other libraries, as typed errors with the library's own message.
import { isAbort, TributaryError } from '../../lib/errors.ts';

const wordsOf = (cause: unknown): string =>
  (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)).slice(0, 500);

/** The error of a model that did not load; aborts and typed errors pass through. */
export function loadFailure(modelId: string, cause: unknown): unknown {
  if (isAbort(cause) || cause instanceof TributaryError) return cause;
  const details = wordsOf(cause);
  const facts = { model: modelId, details };
  // The libraries have no codes: these are Transformers.js' words for every failing status, WebLLM's, and the browsers' for no
  // answer at all.
  if (
    /access to file|locate file|trying to load file|Cache\.add|failed to fetch|network ?error|load failed/i.test(
      details,
    )
  ) {
    return new TributaryError({
      code: 'RUNTIME_DOWNLOAD_FAILED',
      message: 'The files of this model could not be downloaded.',
      facts,
      hint: 'Check the connection, and the token if the model is gated; what has arrived stays in this browser.',
      cause,
    });
  }
  return new TributaryError({
    code: 'RUNTIME_LOAD_FAILED',
    message: 'This model could not be started.',
    facts,
    hint: 'Choose a smaller model or another format, or one of this engine.',
    cause,
  });
}

/** The error of an interrupted answer; aborts and typed errors pass through. */
export function answerFailure(cause: unknown): unknown {
  if (isAbort(cause) || cause instanceof TributaryError) return cause;
  return new TributaryError({
    code: 'RUNTIME_FAILED',
    message: 'The runtime of this model stopped in the middle of an answer.',
    facts: { details: wordsOf(cause) },
    hint: 'Load the model again; if it happens twice, choose another.',
    cause,
  });
}

export function notLoaded(): TributaryError {
  return new TributaryError({
    code: 'RUNTIME_MODEL_NOT_LOADED',
    message: 'No model is loaded in this runtime.',
    hint: 'Choose a model and wait until it is loaded.',
  });
}

export function noWebGpu(modelId: string): TributaryError {
  return new TributaryError({
    code: 'RUNTIME_NO_WEBGPU',
    message: 'This model runs on WebGPU only, and no GPU answered.',
    facts: { model: modelId },
    hint: 'Choose a model that also runs on the CPU.',
  });
}
