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
  await expect(first.echo(1)).rejects.toMatchObject({ code: 'APP_WORKER_FAILED' });
  expect(await failed.promise).toMatchObject({ code: 'APP_WORKER_FAILED', facts: { worker: 'echo' } });
  expect(worker.remote()).not.toBe(first);
  expect(created).toBe(2);
});

test('an error inside a running worker is not taken for one', async () => {
  const url = URL.createObjectURL(
    new Blob(['onmessage = () => { throw new Error("mine"); }; postMessage({ kind: "ready", id: 0 });']),
  );
  const failures: TributaryError[] = [];
  const running = new Worker(url);
  const worker = lazyWorker<Echo>(
    'echo',
    () => running,
    (error) => failures.push(error),
  );
  const remote = worker.remote();
  await new Promise((resolve) => running.addEventListener('message', resolve, { once: true }));
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

test('a script that throws while it starts fails by name, and so do the calls that wait', async () => {
  const url = URL.createObjectURL(new Blob(['throw new Error("at once");']));
  const failures: TributaryError[] = [];
  const worker = lazyWorker<Echo>(
    'echo',
    () => {
      const running = new Worker(url);
      running.addEventListener('error', (event) => event.preventDefault());
      return running;
    },
    (error) => failures.push(error),
  );
  await expect(worker.remote().echo(1)).rejects.toMatchObject({ code: 'APP_WORKER_FAILED', facts: { worker: 'echo' } });
  expect(failures).toHaveLength(1);
  URL.revokeObjectURL(url);
});

test('a restart ends what waits, and the next call is answered by another worker', async () => {
  const source = `
    postMessage({ kind: 'ready', id: 0 });
    onmessage = ({ data: { kind, id, request } }) => {
      if (kind === 'call' && request !== 'never') postMessage({ kind: 'result', id, value: request });
    };`;
  const url = URL.createObjectURL(new Blob([source]));
  const worker = lazyWorker<Echo>('echo', () => new Worker(url));
  expect(await worker.remote().echo('a')).toBe('a');
  const waiting = worker.remote().echo('never');
  expect(worker.pending()).toEqual(['echo']);
  const idle = worker.idle();
  worker.restart();
  await expect(waiting).rejects.toMatchObject({ code: 'APP_WORKER_RESTARTED', facts: { worker: 'echo' } });
  await idle;
  expect(worker.pending()).toEqual([]);
  expect(await worker.remote().echo('b')).toBe('b');
  worker.restart();
  URL.revokeObjectURL(url);
});
