// The one error type of the project. It knows nothing of screens or languages: it carries what happened (code, one
// sentence), the facts (offending value and place), and what the user can do next (hint).

/** Values that may stand in an error's facts: everything that survives structured clone and JSON. */
export type Fact = string | number | boolean | null | readonly Fact[];

export interface TributaryErrorParameters {
  /** Stable identifier, `DOMAIN_WHAT_HAPPENED`, for example `GGUF_TRUNCATED`. */
  readonly code: string;
  /** One sentence in plain words. */
  readonly message: string;
  /** Offending values and their place, for example `{ file: 'a.jsonl', line: 3, column: 17 }`. */
  readonly facts?: Readonly<Record<string, Fact>>;
  /** What the user can do next, as one sentence. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** The form in which an error crosses a worker boundary. */
export interface SerializedError {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly hint: string;
  readonly cause?: SerializedError;
}

export class TributaryError extends Error {
  override readonly name = 'TributaryError';
  readonly code: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly hint: string;

  constructor(parameters: TributaryErrorParameters) {
    super(parameters.message, parameters.cause === undefined ? undefined : { cause: parameters.cause });
    this.code = parameters.code;
    this.facts = parameters.facts ?? {};
    this.hint = parameters.hint;
  }

  /** The first error in the chain of causes, this one included, for which `matches` holds. */
  walk(matches: (error: unknown) => boolean): unknown {
    let current: unknown = this;
    while (current !== undefined && current !== null) {
      if (matches(current)) return current;
      current = current instanceof Error ? current.cause : undefined;
    }
    return undefined;
  }

  serialize(): SerializedError {
    const { cause } = this;
    return {
      code: this.code,
      message: this.message,
      facts: this.facts,
      hint: this.hint,
      ...(cause === undefined ? {} : { cause: toTributaryError(cause).serialize() }),
    };
  }

  static deserialize(error: SerializedError): TributaryError {
    return new TributaryError({
      ...error,
      ...(error.cause === undefined ? {} : { cause: TributaryError.deserialize(error.cause) }),
    } as TributaryErrorParameters);
  }
}

/** Whether this is the rejection of an aborted operation: not a failure, nothing to show. */
export function isAbort(error: unknown): boolean {
  if (error instanceof TributaryError) return error.code === 'ABORTED';
  return error instanceof Error && error.name === 'AbortError';
}

/** Wraps whatever was thrown, so that every failure has a code and a way on. */
export function toTributaryError(error: unknown): TributaryError {
  if (error instanceof TributaryError) return error;
  if (isAbort(error)) {
    return new TributaryError({
      code: 'ABORTED',
      message: 'The operation was cancelled.',
      hint: 'Start it again when you are ready.',
    });
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new TributaryError({
    code: 'UNEXPECTED',
    message,
    hint: 'Try again; if it happens twice, copy the details into a bug report.',
    ...(error instanceof Error && error.stack !== undefined ? { facts: { stack: error.stack } } : {}),
  });
}
