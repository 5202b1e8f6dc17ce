import { afterEach, beforeEach, expect, test } from 'vitest';
import { database, eraseEverything, listFiles, type RunRecord, saveCheckpoint, writeFile } from '../../store/index.ts';
import { run as stored } from '../../store/testing/records.ts';
import { indexLock, runLock, whileTidying } from './runLocks.ts';
import { tidyCheckpoints } from './tidyCheckpoints.ts';
import { deleteRun } from './training.ts';

const run = (id: string, state: RunRecord['state'], change: object = {}): RunRecord => ({
  ...stored,
  id,
  state,
  data: { ...(stored.data as object), adapterId: `trained-${id}` },
  ...change,
});
const names = async () => (await listFiles('checkpoints')).map(({ name }) => name).sort();

beforeEach(async () => void (await eraseEverything()));
// Test files that run one after the other share the browser's database.
afterEach(async () => void (await eraseEverything()));

test('what nobody needs goes, file and record; what a run goes on from, or another tab works on, stays', async () => {
  const { runs, adapters, checkpoints } = database();
  await runs.bulkPut([run('ended', 'done'), run('stopped', 'cancelled'), run('busy', 'done'), run('indexing', 'done')]);
  await runs.put({ ...run('odd', 'done'), losses: 'damaged' } as never);
  const adapter = { name: 'a', modelId: 'm', datanetIds: [], createdAt: 1 };
  const file = (name: string) => ({ name, bytes: 1, sha256: 'ab'.repeat(32) });
  await adapters.put({ ...adapter, id: 'trained-ended', files: [file('index.cbor')] });
  await adapters.put({ ...adapter, id: 'trained-stopped', files: [] });
  for (const id of [
    'ended',
    'ended-index',
    'stopped',
    'stopped-index',
    'busy',
    'indexing',
    'odd',
    'deleted',
    'deleted-index',
  ])
    await saveCheckpoint(id, 5, Uint8Array.of(1));
  await writeFile('checkpoints', 'stopped-7', Uint8Array.of(1), { runId: 'stopped', step: '7' });
  await writeFile('checkpoints', 'busy-7', Uint8Array.of(1), { runId: 'busy', step: '7' });
  const closed = Promise.withResolvers<void>();
  const held = [runLock('busy'), indexLock('indexing')].map((name) =>
    navigator.locks.request(name, () => closed.promise),
  );
  await tidyCheckpoints();
  const kept = ['busy-5', 'indexing-5', 'odd-5', 'stopped-5', 'stopped-index-5'];
  expect(await names()).toEqual([...kept, 'busy-7'].sort());
  expect((await checkpoints.toCollection().primaryKeys()).sort()).toEqual(kept);
  closed.resolve();
  await Promise.all(held);
});

test('whoever works on a run waits for a page that tidies up, and is not told that it is worked on', async () => {
  await database().runs.put(run('stopped', 'cancelled'));
  const [begun, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const tidying = whileTidying(() =>
    navigator.locks.request(runLock('stopped'), () => {
      begun.resolve();
      return done.promise;
    }),
  );
  await begun.promise;
  const deleting = deleteRun('stopped');
  done.resolve();
  await deleting;
  await tidying;
  expect(await database().runs.count()).toBe(0);
});
