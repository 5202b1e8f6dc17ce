// The runner's end of its conversation with the page in Chromium: what is to be sent, in order and in batches, and who waits
// for which answer. Objects of the page are numbers here, and a number that nothing refers to any more is given back.
import type { ServerResponse } from 'node:http';
import type { PageBatch, PageCall, PageMessage } from './chromiumPage.ts';
import { encodeFrame } from './frames.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The conversation of one page. */
export function createWire() {
  let calls: PageCall[] = [];
  let released: number[] = [];
  let poll: ServerResponse | undefined;
  let flushing = false;
  let next = 1;
  let ended: Error | undefined;
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<number, (message: PageMessage) => void>();
  /** The number of the page's object that a handle stands for. */
  const numbers = new WeakMap<object, number>();
  const forgotten = new FinalizationRegistry<number>((id) => released.push(id));

  function flush(): void {
    flushing = false;
    if (poll === undefined || calls.length === 0) return;
    const batch: PageBatch = { calls, released };
    poll.end(encodeFrame(batch));
    poll = undefined;
    calls = [];
    released = [];
  }

  function send(call: PageCall): void {
    calls.push(call);
    if (flushing) return;
    flushing = true;
    queueMicrotask(flush);
  }

  function end(error: Error): void {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    for (const [id, listener] of listeners) {
      listener({ kind: 'lost', id, reason: 'unknown', message: ended.message });
    }
    poll?.writeHead(204).end();
    poll = undefined;
  }

  return {
    /** The page asks for work; it is answered when there is some. */
    poll(response: ServerResponse): void {
      poll = response;
      flush();
    },
    receive(message: PageMessage): void {
      if (message.kind === 'fault') {
        end(new Error(`Chromium refused a call: ${message.message}`));
      } else if (message.kind === 'lost' || message.kind === 'uncaptured') {
        listeners.get(message.id)?.(message);
      } else {
        const waiter = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.kind === 'reply') waiter?.resolve(message.value);
        else waiter?.reject(Object.assign(new Error(message.message), { name: message.name }));
      }
    },
    /** A call whose result, if any, is used only as a target or an argument of other calls. */
    call(target: number, method: string, args: readonly unknown[]): number {
      const id = next;
      next += 1;
      send({ target, method, args, id, reply: false });
      return id;
    },
    /** A call whose result is awaited. */
    request(target: number, method: string, args: readonly unknown[]): { id: number; reply: Promise<unknown> } {
      const id = next;
      next += 1;
      const reply = new Promise<unknown>((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting.set(id, { resolve, reject });
        send({ target, method, args, id, reply: true });
      });
      return { id, reply };
    },
    /** The page drops object `id` once nothing here refers to its handle. */
    own(handle: object, id: number): void {
      numbers.set(handle, id);
      forgotten.register(handle, id);
    },
    numberOf: (value: object): number | undefined => numbers.get(value),
    listen: (id: number, listener: (message: PageMessage) => void) => listeners.set(id, listener),
    /** Nothing will be answered any more. */
    end,
  };
}

export type Wire = ReturnType<typeof createWire>;
