// The reader over tables: who shares a sync, who may leave it, and what happens without room for tables.
import { expect, test } from 'vitest';
import type { EventTables } from './eventTables.ts';
import { memoryEventTables } from './memoryEventTables.ts';
import { scanEvents } from './scanEvents.ts';
import { storedEvents } from './storedEvents.ts';
import { datanetCreated, deployment, fakeChain, funded } from './testing/fakeChain.ts';

function readerOf(tables: EventTables = memoryEventTables()) {
  const chain = fakeChain();
  chain.mine([funded(1)], [funded(2), datanetCreated(1)]);
  return { chain, tables, reader: storedEvents({ rpc: chain.rpc, deployment, tables }) };
}

test('reads the same as a scan, by name and indexed arguments', async () => {
  const { chain, reader } = readerOf();
  const scan = scanEvents({ rpc: chain.rpc, deployment });
  for (const parameters of [
    { name: 'Funded' },
    { name: 'Funded', args: { epoch: 2n } },
    { name: 'Funded', args: { epoch: 3n } },
    { name: 'DatanetCreated' },
    { name: 'ModelProposed' },
  ] as const) {
    expect(await reader.list(parameters)).toEqual(await scan.list(parameters));
  }
  expect(await reader.list({ name: 'Funded', args: { epoch: 2n } })).toHaveLength(1);
});

test('reads that begin together share one sync', async () => {
  const { chain, reader } = readerOf();
  await Promise.all([reader.list({ name: 'Funded' }), reader.list({ name: 'DatanetCreated' })]);
  expect(chain.ranges).toEqual([[2, 4]]);
  // The latest block, the logs, the latest block again.
  expect(chain.methods).toHaveLength(3);
});

test('a read that begins while another runs sees what was mined meanwhile', async () => {
  const { chain, reader } = readerOf();
  let later: Promise<readonly unknown[]> | undefined;
  chain.onRequest = () => {
    if (chain.methods.length !== 2) return;
    chain.mine([funded(3)]);
    later = reader.list({ name: 'Funded' });
  };
  expect(await reader.list({ name: 'Funded' })).toHaveLength(2);
  expect(await later).toHaveLength(3);
});

test('one caller may leave a shared sync, and the last one ends it', async () => {
  const { chain, reader } = readerOf();
  const [first, second] = [new AbortController(), new AbortController()];
  chain.onRequest = () => {
    if (chain.methods.length === 1) first.abort();
  };
  const [left, stayed] = await Promise.allSettled([
    reader.list({ name: 'Funded', signal: first.signal }),
    reader.list({ name: 'Funded', signal: second.signal }),
  ]);
  expect(left).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } });
  expect(stayed).toMatchObject({ status: 'fulfilled', value: { length: 2 } });

  chain.mine([funded(3)]);
  chain.methods.length = 0;
  const only = new AbortController();
  chain.onRequest = () => only.abort();
  await expect(reader.list({ name: 'Funded', signal: only.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  chain.onRequest = undefined;
  expect(await reader.list({ name: 'Funded' })).toHaveLength(3);
  // One request of the sync that was left, then a whole one: latest block, logs, the stored block, the latest again.
  expect(chain.methods).toHaveLength(5);
});

test('a sync that its callers left before it began is not joined', async () => {
  const { chain, reader } = readerOf();
  let later: Promise<readonly unknown[]> | undefined;
  chain.onRequest = () => {
    if (chain.methods.length !== 2) return;
    const controller = new AbortController();
    const left = reader.list({ name: 'Funded', signal: controller.signal });
    controller.abort();
    later = left.catch(() => reader.list({ name: 'Funded' }));
  };
  expect(await reader.list({ name: 'Funded' })).toHaveLength(2);
  expect(await later).toHaveLength(2);
});

test.each(['blocks', 'commit', 'list'] as const)(
  'tables whose `%s` fails are left alone and the chain is scanned',
  async (method) => {
    let accesses = 0;
    const fail = async (): Promise<never> => {
      accesses += 1;
      throw new DOMException('full', 'QuotaExceededError');
    };
    const { chain, reader } = readerOf({ ...memoryEventTables(), [method]: fail });
    expect(await reader.list({ name: 'Funded' })).toHaveLength(2);
    chain.mine([funded(3)]);
    expect(await reader.list({ name: 'Funded' })).toHaveLength(3);
    expect(accesses).toBe(1);
  },
);

test('a failure of the chain is not taken for one of the tables', async () => {
  const { chain, reader } = readerOf();
  chain.tamper = (logs) => logs.toReversed();
  await expect(reader.list({ name: 'Funded' })).rejects.toMatchObject({ code: 'CHAIN_ANSWER_INVALID' });
  chain.tamper = undefined;
  chain.ranges.length = 0;
  await reader.list({ name: 'Funded' });
  await reader.list({ name: 'Funded' });
  expect(chain.ranges).toEqual([[2, 4]]);
});
