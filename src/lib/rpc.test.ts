import { expect, test } from 'vitest';
import { isAbort, TributaryError } from './errors.ts';
import { type CallContext, connect, expose, openConnection, type Remote, transfer } from './rpc.ts';

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

const never = {
  wait: () => new Promise<void>(() => undefined),
  async *count() {
    yield 1;
    await new Promise(() => undefined);
  },
};

/** Reads a stream to its end; gives what it had, and the error that ended it. */
async function read(stream: AsyncIterable<unknown>): Promise<{ seen: unknown[]; error: unknown }> {
  const seen: unknown[] = [];
  try {
    for await (const item of stream) seen.push(item);
    return { seen, error: undefined };
  } catch (error) {
    return { seen, error };
  }
}

test('when the other side has gone, every call ends, and each later one', async () => {
  const { port1, port2 } = new MessageChannel();
  expose(never, port1);
  const { remote, close, pending, idle } = openConnection<typeof never>(port2);
  const abort = new AbortController();
  const waiting = remote.wait(undefined as never, { signal: abort.signal });
  const counting = read(remote.count(undefined as never));
  expect(pending()).toEqual(['wait', 'count']);
  const end = idle();
  const gone = new TributaryError({ code: 'GONE', message: 'Gone.', hint: 'Again.' });
  close(gone);
  await expect(waiting).rejects.toBe(gone);
  expect((await counting).error).toBe(gone);
  await end;
  expect(pending()).toEqual([]);
  // All of these would have been posted to nobody.
  abort.abort();
  close();
  await expect(remote.wait(undefined as never)).rejects.toBe(gone);
  expect(await read(remote.count(undefined as never))).toEqual({ seen: [], error: gone });
  port1.close();
  port2.close();
});

test('a port that its other end closes ends its calls', async () => {
  const { port1, port2 } = new MessageChannel();
  expose(never, port1);
  const remote = connect<typeof never>(port2);
  const waiting = remote.wait(undefined as never);
  port1.close();
  await expect(waiting).rejects.toMatchObject({ code: 'RPC_CLOSED' });
});

test('a service that stops answering says so to whoever waits', async () => {
  const { port1, port2 } = new MessageChannel();
  const stop = expose(never, port1);
  const remote = connect<typeof never>(port2);
  const reading = remote.count(undefined as never)[Symbol.asyncIterator]();
  expect(await reading.next()).toEqual({ done: false, value: 1 });
  const next = reading.next();
  const ends = Promise.allSettled([remote.wait(undefined as never), next]);
  await new Promise((resolve) => setTimeout(resolve));
  stop();
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'RPC_CLOSED' } });
  port1.close();
  port2.close();
});

test('what cannot be sent is an error of its call, in either direction, and the next call works', async () => {
  const { remote, close } = pair({
    echo: async (value: unknown) => value,
    make: async () => ({ work: () => undefined }),
    async *list() {
      yield 1;
      yield () => undefined;
    },
    report: async (_: unknown, { progress }: CallContext) => progress(() => undefined),
  });
  const refusal = (method: string) => ({ code: 'RPC_NOT_CLONEABLE', facts: { method } });
  await expect(remote.echo(() => undefined)).rejects.toMatchObject({
    code: 'RPC_NOT_CLONEABLE',
    facts: { method: 'echo' },
  });
  await expect(remote.make(undefined as never)).rejects.toMatchObject(refusal('make'));
  await expect(remote.report(1)).rejects.toMatchObject(refusal('report'));
  const { seen, error } = await read(remote.list(undefined as never));
  expect(seen).toEqual([1]);
  expect(error).toMatchObject(refusal('list'));
  expect(await remote.echo('again')).toBe('again');
  close();
});

test('a message that cannot be read ends what waits, in either direction', async () => {
  const { port1, port2 } = new MessageChannel();
  expose(never, port1);
  const remote = connect<typeof never>(port2);
  for (const port of [port2, port1]) {
    const waiting = remote.wait(undefined as never);
    await new Promise((resolve) => setTimeout(resolve));
    port.dispatchEvent(new MessageEvent('messageerror'));
    await expect(waiting).rejects.toMatchObject({ code: 'RPC_MESSAGE_UNREADABLE' });
  }
  port1.close();
  port2.close();
});
