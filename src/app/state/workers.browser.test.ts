// Workers of a real browser: one whose script does not load, and one that throws while it runs.
import { expect, test } from 'vitest';
import type { TributaryError } from '../../lib/errors.ts';
import { lazyWorker } from './workers.ts';

type Echo = { echo(parameters: unknown): Promise<unknown> };

test('a script that does not load fails by name, and the next call starts another worker', async () => {
  const gone = URL.createObjectURL(new Blob([''], { type: 'text/javascript' }));
  URL.revokeObjectURL(gone);
  let created = 0;
  const failed = Promise.withResolvers<TributaryError>();
  const worker = lazyWorker<Echo>(
    'echo',
    () => {
      created += 1;
      return new Worker(gone, { type: 'module' });
    },
    failed.resolve,
  );
  expect(created).toBe(0);
  const first = worker.remote();
  expect(worker.remote()).toBe(first);
  expect(await failed.promise).toMatchObject({ code: 'APP_WORKER_FAILED', facts: { worker: 'echo' } });
  expect(worker.remote()).not.toBe(first);
  expect(created).toBe(2);
});

test('an error inside a running worker is not taken for one', async () => {
  const url = URL.createObjectURL(new Blob(['onmessage = () => { throw new Error("mine"); };']));
  const failures: TributaryError[] = [];
  const running = new Worker(url);
  const worker = lazyWorker<Echo>(
    'echo',
    () => running,
    (error) => failures.push(error),
  );
  const remote = worker.remote();
  // Listens after the one under test, so that it is told last.
  const thrown = new Promise<string>((resolve) =>
    running.addEventListener('error', (event) => {
      event.preventDefault();
      resolve(event.message);
    }),
  );
  running.postMessage('');
  expect(await thrown).toContain('mine');
  expect(worker.remote()).toBe(remote);
  expect(failures).toEqual([]);
  worker.restart();
  URL.revokeObjectURL(url);
});
