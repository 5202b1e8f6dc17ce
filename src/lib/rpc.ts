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

/** The part of `MessagePort`, `Worker` and `DedicatedWorkerGlobalScope` that is used. */
export interface Channel {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
}

type ToService =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly request: unknown }
  | { readonly kind: 'pull'; readonly id: number }
  | { readonly kind: 'abort'; readonly id: number };

type ToCaller =
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

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Answers calls on `channel` with the methods of `service`. Returns a function that stops answering. */
export function expose<S extends object>(service: S, channel: Channel): () => void {
  const running = new Map<number, { abort: AbortController; pull: () => void }>();
  const post = (message: ToCaller, buffers: Transferable[] = []): void => channel.postMessage(message, buffers);

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
      const context: CallContext = { signal: abort.signal, progress: (value) => post({ kind: 'progress', id, value }) };
      const result = method.call(service, message.request, context);
      if (!isAsyncIterable(result)) {
        const value = await result;
        post({ kind: 'result', id, value }, buffersOf(value));
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
        post({ kind: 'item', id, value }, buffersOf(value));
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
  channel.addEventListener('message', listener);
  channel.start?.();
  return () => {
    channel.removeEventListener('message', listener);
    for (const { abort } of running.values()) abort.abort();
  };
}

interface Pending {
  readonly onMessage: (message: ToCaller) => void;
}

/** The caller's side: `connect<EngineService>(worker).chat(request, { signal })`. */
export function connect<S extends object>(channel: Channel): Remote<S> {
  let lastId = 0;
  const pending = new Map<number, Pending>();
  channel.addEventListener('message', (event) => {
    const message = event.data as ToCaller;
    pending.get(message.id)?.onMessage(message);
  });
  channel.start?.();

  function call(method: string, request: unknown, options: CallOptions = {}): unknown {
    lastId += 1;
    const id = lastId;
    const send = (message: ToService, buffers: Transferable[] = []): void => channel.postMessage(message, buffers);
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
    };

    const result = new Promise<unknown>((resolve, reject) => {
      pending.set(id, {
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
          } else if (message.kind === 'error') {
            failure = TributaryError.deserialize(message.error);
            settle();
            reject(failure);
          }
        },
      });
    });
    // A stream's reader sees the failure by iterating; nobody need await the promise as well.
    result.catch(() => undefined);

    send({ kind: 'call', id, method, request }, [...(options.transfer ?? [])]);
    if (options.signal?.aborted === true) abort();
    else options.signal?.addEventListener('abort', abort, { once: true });

    async function* iterate(): AsyncGenerator<unknown> {
      try {
        for (;;) {
          send({ kind: 'pull', id });
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

  return new Proxy({} as Remote<S>, {
    // `then` must stay undefined, or awaiting the remote itself would become a call.
    get: (_, method) =>
      typeof method === 'string' && method !== 'then'
        ? (request: unknown, options?: CallOptions) => call(method, request, options)
        : undefined,
  });
}
