// Typed calls between a page and its workers over any MessagePort-like channel: results, streams with backpressure,
// progress, cancellation by AbortSignal, transferables, typed errors. It does not know what the calls mean.
import { type SerializedError, TributaryError, toTributaryError } from './errors.ts';

/** What a service method is handed besides its request. */
export interface CallContext {
  /** Aborts when the caller aborts, stops reading the stream, or goes away. */
  readonly signal: AbortSignal;
  /** Reports progress to the caller's `onProgress`. */
  readonly progress: (value: unknown) => void;
}

/** What a caller may add to a request. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((value: never) => void) | undefined;
  readonly transfer?: readonly Transferable[] | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a service is any record of methods; `Remote` keeps the exact types.
export type Service = Record<string, (request: any, context: CallContext) => unknown>;

type RemoteResult<Result> = Result extends AsyncIterable<infer Item> ? AsyncIterable<Item> : Promise<Awaited<Result>>;

/** The caller's view of a service: the same methods, with `CallOptions` in place of `CallContext`. */
export type Remote<S> = {
  readonly [Method in keyof S]: S[Method] extends (request: infer Request, context: CallContext) => infer Result
    ? (request: Request, options?: CallOptions) => RemoteResult<Result>
    : never;
};

/** `close`: of a `MessagePort`, where the platform reports it. */
type ChannelEvent = 'message' | 'messageerror' | 'close';

/** The part of `MessagePort`, `Worker` and `DedicatedWorkerGlobalScope` that is used. */
export interface Channel {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: ChannelEvent, listener: (event: MessageEvent) => void): void;
  removeEventListener(type: ChannelEvent, listener: (event: MessageEvent) => void): void;
  start?(): void;
}

type ToService =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly request: unknown }
  | { readonly kind: 'pull'; readonly id: number }
  | { readonly kind: 'abort'; readonly id: number };

type ToCaller =
  /** The service listens. */
  | { readonly kind: 'ready'; readonly id: 0 }
  /** A message came that could not be read; nobody can say of which call. */
  | { readonly kind: 'unreadable'; readonly id: 0 }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'stream'; readonly id: number }
  | { readonly kind: 'item'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'progress'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: SerializedError };

const transfers = new WeakMap<object, Transferable[]>();

/** Marks `value` so that `buffers` move to the caller instead of being copied. */
export function transfer<Value extends object>(value: Value, buffers: Transferable[]): Value {
  transfers.set(value, buffers);
  return value;
}

function buffersOf(value: unknown): Transferable[] {
  return typeof value === 'object' && value !== null ? (transfers.get(value) ?? []) : [];
}

function notCloneable(method: string, cause: unknown): TributaryError {
  return new TributaryError({
    code: 'RPC_NOT_CLONEABLE',
    message: `A value of "${method}" cannot be sent to another thread.`,
    facts: { method, reason: cause instanceof Error ? cause.message : String(cause) },
    hint: 'This is a mistake in the program: report it with these details.',
    cause,
  });
}

function unreadable(): TributaryError {
  return new TributaryError({
    code: 'RPC_MESSAGE_UNREADABLE',
    message: 'A message between the page and its worker could not be read.',
    hint: 'Try again; if it happens twice, reload the page.',
  });
}

/** The other side has gone, and what it was asked for with it. */
function closed(): TributaryError {
  return new TributaryError({
    code: 'RPC_CLOSED',
    message: 'The background worker was closed before it answered.',
    hint: 'Try again: it is started anew.',
  });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Answers calls on `channel` with the methods of `service`. Returns a function that stops answering. */
export function expose<S extends object>(service: S, channel: Channel): () => void {
  const running = new Map<number, { abort: AbortController; pull: () => void }>();
  const post = (message: ToCaller, buffers: Transferable[] = []): void => channel.postMessage(message, buffers);
  /** Posts a value of `method`, which may be what cannot be cloned. */
  function send(method: string, message: ToCaller & { value: unknown }, buffers: Transferable[] = []): void {
    try {
      post(message, buffers);
    } catch (cause) {
      throw notCloneable(method, cause);
    }
  }

  async function answer(message: ToService & { kind: 'call' }): Promise<void> {
    const { id } = message;
    const abort = new AbortController();
    let pull: () => void = () => undefined;
    running.set(id, { abort, pull: () => pull() });
    try {
      const method = (service as Service)[message.method];
      if (!Object.hasOwn(service, message.method) || typeof method !== 'function') {
        throw new TributaryError({
          code: 'RPC_UNKNOWN_METHOD',
          message: `The worker has no method "${message.method}".`,
          facts: { method: message.method },
          hint: 'Reload the page: it and its worker are of different versions.',
        });
      }
      const context: CallContext = {
        signal: abort.signal,
        progress: (value) => send(message.method, { kind: 'progress', id, value }),
      };
      const result = method.call(service, message.request, context);
      if (!isAsyncIterable(result)) {
        const value = await result;
        send(message.method, { kind: 'result', id, value }, buffersOf(value));
        return;
      }
      const iterator = result[Symbol.asyncIterator]();
      // An abort must release a generator that waits for the reader, not only one that computes.
      abort.signal.addEventListener('abort', () => pull());
      post({ kind: 'stream', id });
      for (;;) {
        await new Promise<void>((resolve) => {
          pull = resolve;
          if (abort.signal.aborted) resolve();
        });
        if (abort.signal.aborted) {
          await iterator.return?.();
          throw abort.signal.reason;
        }
        const { value, done } = await iterator.next();
        if (done === true) break;
        try {
          send(message.method, { kind: 'item', id, value }, buffersOf(value));
        } catch (error) {
          await iterator.return?.();
          throw error;
        }
      }
      post({ kind: 'end', id });
    } catch (error) {
      post({ kind: 'error', id, error: toTributaryError(error).serialize() });
    } finally {
      running.delete(id);
    }
  }

  const listener = (event: MessageEvent): void => {
    const message = event.data as ToService;
    if (message.kind === 'call') void answer(message);
    else if (message.kind === 'pull') running.get(message.id)?.pull();
    else if (message.kind === 'abort') running.get(message.id)?.abort.abort();
  };
  const onUnreadable = (): void => post({ kind: 'unreadable', id: 0 });
  channel.addEventListener('message', listener);
  channel.addEventListener('messageerror', onUnreadable);
  channel.start?.();
  post({ kind: 'ready', id: 0 });
  return () => {
    channel.removeEventListener('message', listener);
    channel.removeEventListener('messageerror', onUnreadable);
    for (const [id, { abort }] of running) {
      abort.abort();
      // A method that does not heed its signal would leave the caller waiting.
      post({ kind: 'error', id, error: closed().serialize() });
    }
  };
}

interface Pending {
  readonly method: string;
  readonly onMessage: (message: ToCaller) => void;
  readonly fail: (error: TributaryError) => void;
}

/** The caller's side of a channel. */
export interface Connection<S extends object> {
  readonly remote: Remote<S>;
  /** Methods of the calls that have not ended, a stream until its last item. */
  pending(): readonly string[];
  /** Resolves when no call is pending. */
  idle(): Promise<void>;
  /** Ends all calls with `error`, and each later one: the other side is known to have gone. */
  close(error?: TributaryError): void;
}

/** `connect<EngineService>(worker).chat(request, { signal })`, for a channel that lives as long as its caller. */
export function connect<S extends object>(channel: Channel): Remote<S> {
  return openConnection<S>(channel).remote;
}

/** The caller's side of `channel`. Every call ends: with a result, a typed error, or the error of `close`. */
export function openConnection<S extends object>(channel: Channel): Connection<S> {
  let lastId = 0;
  let gone: TributaryError | undefined;
  const pending = new Map<number, Pending>();
  let waiting: (() => void)[] = [];
  const failAll = (error: TributaryError): void => {
    for (const { fail } of [...pending.values()]) fail(error);
  };
  const listener = (event: MessageEvent): void => {
    const message = event.data as ToCaller;
    if (message.kind === 'unreadable') failAll(unreadable());
    else pending.get(message.id)?.onMessage(message);
  };
  const onUnreadable = (): void => failAll(unreadable());
  const onClose = (): void => close();

  function close(error: TributaryError = closed()): void {
    gone ??= error;
    channel.removeEventListener('message', listener);
    channel.removeEventListener('messageerror', onUnreadable);
    channel.removeEventListener('close', onClose);
    failAll(gone);
  }

  channel.addEventListener('message', listener);
  channel.addEventListener('messageerror', onUnreadable);
  channel.addEventListener('close', onClose);
  channel.start?.();

  function call(method: string, request: unknown, options: CallOptions = {}): unknown {
    lastId += 1;
    const id = lastId;
    const send = (message: ToService, buffers: Transferable[] = []): void => {
      if (gone === undefined) channel.postMessage(message, buffers);
    };
    const items: unknown[] = [];
    let ended = false;
    let failure: TributaryError | undefined;
    let wake: () => void = () => undefined;
    const abort = (): void => send({ kind: 'abort', id });
    const settle = (): void => {
      pending.delete(id);
      options.signal?.removeEventListener('abort', abort);
      ended = true;
      wake();
      if (pending.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    };

    const result = new Promise<unknown>((resolve, reject) => {
      const fail = (error: TributaryError): void => {
        failure = error;
        settle();
        reject(error);
      };
      pending.set(id, {
        method,
        fail,
        onMessage(message) {
          if (message.kind === 'progress')
            (options.onProgress as ((value: unknown) => void) | undefined)?.(message.value);
          else if (message.kind === 'item') {
            items.push(message.value);
            wake();
          } else if (message.kind === 'result') {
            settle();
            resolve(message.value);
          } else if (message.kind === 'end') {
            settle();
            resolve(undefined);
          } else if (message.kind === 'error') fail(TributaryError.deserialize(message.error));
        },
      });
    });
    // A stream's reader sees the failure by iterating; nobody need await the promise as well.
    result.catch(() => undefined);

    if (gone !== undefined) pending.get(id)?.fail(gone);
    else {
      try {
        send({ kind: 'call', id, method, request }, [...(options.transfer ?? [])]);
        if (options.signal?.aborted === true) abort();
        else options.signal?.addEventListener('abort', abort, { once: true });
      } catch (cause) {
        pending.get(id)?.fail(notCloneable(method, cause));
      }
    }

    async function* iterate(): AsyncGenerator<unknown> {
      try {
        for (;;) {
          if (!ended) send({ kind: 'pull', id });
          while (items.length === 0 && !ended) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          if (items.length > 0) yield items.shift();
          else if (failure !== undefined) throw failure;
          else return;
        }
      } finally {
        if (!ended) abort();
      }
    }
    return Object.assign(result, { [Symbol.asyncIterator]: iterate });
  }

  const remote = new Proxy({} as Remote<S>, {
    // `then` must stay undefined, or awaiting the remote itself would become a call.
    get: (_, method) =>
      typeof method === 'string' && method !== 'then'
        ? (request: unknown, options?: CallOptions) => call(method, request, options)
        : undefined,
  });
  return {
    remote,
    pending: () => [...pending.values()].map(({ method }) => method),
    idle: () => (pending.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close,
  };
}
