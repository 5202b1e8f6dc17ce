import type { ClosableStream } from '../headsExchange.ts';

/** Two ends of a stream in memory, in chunks of at most `chunk` bytes. */
export function streamPair(
  chunk: number,
): [ClosableStream & { aborted?: Error }, ClosableStream & { aborted?: Error }] {
  const ends = [0, 1].map(() => {
    const received: Uint8Array[] = [];
    let ended = false;
    let wake = (): void => undefined;
    return {
      receive(bytes: Uint8Array | null) {
        if (bytes === null) ended = true;
        else for (let at = 0; at < bytes.byteLength; at += chunk) received.push(bytes.slice(at, at + chunk));
        wake();
      },
      async *read() {
        for (;;) {
          const next = received.shift();
          if (next !== undefined) yield next;
          else if (ended) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      },
    };
  });
  const make = (mine: number): ClosableStream & { aborted?: Error } => ({
    send(bytes) {
      ends[1 - mine]?.receive(bytes);
      return true;
    },
    onDrain: async () => undefined,
    async close() {
      ends[1 - mine]?.receive(null);
    },
    abort(error) {
      this.aborted = error;
      for (const end of ends) end.receive(null);
    },
    [Symbol.asyncIterator]: () => (ends[mine] as (typeof ends)[number]).read(),
  });
  return [make(0), make(1)];
}
