import { expect, test } from 'vitest';
import { isAbort, TributaryError } from './errors.ts';
import { type CallContext, connect, expose, type Remote, transfer } from './rpc.ts';

function pair<S extends object>(service: S): { remote: Remote<S>; close: () => void } {
  const { port1, port2 } = new MessageChannel();
  const stop = expose(service, port1);
  return {
    remote: connect<S>(port2),
    close: () => {
      stop();
      port1.close();
      port2.close();
    },
  };
}

test('a result, progress on the way, and a transferred buffer', async () => {
  const sent: ArrayBuffer[] = [];
  const { remote, close } = pair({
    async double(request: { values: Float32Array<ArrayBuffer> }, { progress }: CallContext) {
      progress('half way');
      const doubled = request.values.map((value) => value * 2);
      sent.push(doubled.buffer);
      return transfer({ doubled }, [doubled.buffer]);
    },
  });
  const seen: unknown[] = [];
  const { doubled } = await remote.double(
    { values: Float32Array.of(1, 2) },
    { onProgress: (value: unknown) => seen.push(value) },
  );
  expect([...doubled]).toEqual([2, 4]);
  expect(seen).toEqual(['half way']);
  expect(sent[0]?.byteLength).toBe(0);
  close();
});

test('a stream is pulled one item at a time and stops when the reader stops', async () => {
  let produced = 0;
  let cleaned = false;
  const { remote, close } = pair({
    async *count(_request: Record<string, never>, { signal }: CallContext) {
      try {
        while (!signal.aborted) {
          produced += 1;
          yield produced;
        }
      } finally {
        cleaned = true;
      }
    },
  });
  const seen: number[] = [];
  for await (const value of remote.count({})) {
    seen.push(value);
    if (value === 3) break;
  }
  expect(seen).toEqual([1, 2, 3]);
  await expect.poll(() => cleaned).toBe(true);
  expect(produced).toBe(3);
  close();
});

test('an abort reaches the service and comes back as an abort', async () => {
  const { remote, close } = pair({
    async wait(_request: Record<string, never>, { signal }: CallContext) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const abort = new AbortController();
  const waiting = remote.wait({}, { signal: abort.signal });
  abort.abort();
  const error = await waiting.catch((caught: unknown) => caught);
  expect(isAbort(error)).toBe(true);
  close();
});

test('typed errors keep code, facts, hint and cause; streams throw them where they are read', async () => {
  const failure = (): never => {
    throw new TributaryError({
      code: 'OUTER',
      message: 'Outer.',
      facts: { line: 3 },
      hint: 'Do this.',
      cause: new Error('inner'),
    });
  };
  const { remote, close } = pair({
    fail: async () => failure(),
    async *failLater() {
      yield 1;
      failure();
    },
  });
  const error = (await remote.fail(undefined).catch((caught: unknown) => caught)) as TributaryError;
  expect(error).toBeInstanceOf(TributaryError);
  expect([error.code, error.message, error.facts, error.hint]).toEqual(['OUTER', 'Outer.', { line: 3 }, 'Do this.']);
  expect((error.cause as Error).message).toContain('inner');
  const seen: unknown[] = [];
  await expect(
    (async () => {
      for await (const value of remote.failLater(undefined)) seen.push(value);
    })(),
  ).rejects.toMatchObject({ code: 'OUTER' });
  expect(seen).toEqual([1]);
  close();
});

test('a method that the service does not have is named', async () => {
  const { remote, close } = pair<Record<string, () => void>>({});
  const call = (remote as unknown as Remote<{ toString2: () => void }>).toString2;
  await expect(call(undefined as never)).rejects.toMatchObject({
    code: 'RPC_UNKNOWN_METHOD',
    facts: { method: 'toString2' },
  });
  close();
});
