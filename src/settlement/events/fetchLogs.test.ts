// A server is somebody else's program: each contradiction in its answer is refused and named.
import { describe, expect, test } from 'vitest';
import type { EventName } from './eventReader.ts';
import { fetchBlock } from './fetchBlock.ts';
import { fetchLogs } from './fetchLogs.ts';
import { datanetCreated, deployment, fakeChain, funded, type RawLog, rawLog, word } from './testing/fakeChain.ts';

const names: readonly EventName[] = ['Funded', 'DatanetCreated'];

function chainOf() {
  const chain = fakeChain();
  chain.mine([funded(1), funded(2)], [datanetCreated(1)], [funded(3)]);
  const fetch = (toBlock = 5) => fetchLogs({ rpc: chain.rpc, deployment, names, fromBlock: 3, toBlock });
  return { chain, fetch };
}

/** Replaces fields of the log at `index`. */
const change = (index: number, fields: Record<string, unknown>) => (logs: readonly RawLog[]) =>
  logs.map((log, place) => (place === index ? { ...log, ...fields } : log));

const topicsOf = (log: RawLog | undefined): readonly unknown[] => log?.['topics'] as readonly unknown[];

test('decodes the logs of all names, in the order of the chain', async () => {
  const { chain, fetch } = chainOf();
  chain.tamper = change(2, { blockTimestamp: '0x65' });
  const records = await fetch();
  expect(records.map(({ name, blockNumber, logIndex }) => [name, blockNumber, logIndex])).toEqual([
    ['Funded', 3, 0],
    ['Funded', 3, 3],
    ['DatanetCreated', 4, 0],
    ['Funded', 5, 0],
  ]);
  expect(records[1]?.args).toEqual(funded(2).args);
  expect(records[2]).toMatchObject({ args: { datanetId: word(1) }, timestamp: 101 });
  expect(records[1]).not.toHaveProperty('timestamp');
});

test('asks for indexed arguments by topic', async () => {
  const { chain } = chainOf();
  const args = { epoch: 3n };
  const parameters = { rpc: chain.rpc, deployment, names: ['Funded'] as const, args, fromBlock: 3, toBlock: 5 };
  expect(await fetchLogs(parameters)).toMatchObject([{ blockNumber: 5, args }]);
  // A server that ignores the filter.
  chain.tamper = () => [rawLog(funded(4), { number: 5, hash: word(5) }, 0)];
  await expect(fetchLogs(parameters)).rejects.toMatchObject({ facts: { reason: 'topic' } });
});

describe('refuses', () => {
  test.each<[string, string, (logs: readonly RawLog[]) => unknown]>([
    ['an answer that is not a list', 'logs', () => ({ logs: [] })],
    ['null in place of a log', 'range', () => [null]],
    ['logs out of order', 'order', (logs) => logs.toReversed()],
    ['blocks out of order whose indices ascend', 'order', (logs) => [logs[2], logs[1]]],
    ['logs of one block out of order', 'order', (logs) => [logs[1], logs[0]]],
    ['a log twice', 'order', (logs) => [logs[0], logs[0]]],
    ['a log of another contract', 'address', change(0, { address: deployment.addresses.modelRegistry })],
    ['a log of another event', 'topic', change(0, { topics: [word(1)] })],
    ['a log without topics', 'topic', change(0, { topics: undefined })],
    ['a log with too few topics', 'arguments', (logs) => [{ ...logs[0], topics: topicsOf(logs[0]).slice(0, 2) }]],
    ['a log whose data is cut', 'arguments', change(0, { data: '0x00' })],
    ['a log without data', 'arguments', change(0, { data: undefined })],
    ['a log above the range', 'range', change(3, { blockNumber: '0x6' })],
    ['a log below the range', 'range', change(0, { blockNumber: '0x2' })],
    ['a log of a pending block', 'range', change(0, { blockNumber: null })],
    ['a log without a block hash', 'blockHash', change(3, { blockHash: undefined })],
    ['a log with half a block hash', 'blockHash', change(3, { blockHash: '0x12' })],
    ['two hashes of one block', 'blockHash', change(1, { blockHash: word(1) })],
    ['a log without an index', 'logIndex', change(0, { logIndex: null })],
    ['a log with an enormous index', 'logIndex', change(0, { logIndex: `0x${'f'.repeat(14)}` })],
    ['a log that was removed', 'removed', change(0, { removed: true })],
  ])('%s', async (_, reason, tamper) => {
    const { chain, fetch } = chainOf();
    chain.tamper = tamper;
    await expect(fetch()).rejects.toMatchObject({ code: 'CHAIN_ANSWER_INVALID', facts: { reason } });
  });

  test.each([
    ['without a hash', { number: '0x3' }],
    ['of another number', { number: '0x4', hash: word(1) }],
    ['that is text', 'block'],
  ])('a block %s', async (_, block) => {
    const rpc = { request: async () => block } as never;
    await expect(fetchBlock({ rpc, block: 3 })).rejects.toMatchObject({
      code: 'CHAIN_ANSWER_INVALID',
      facts: { reason: 'block', block: 3 },
    });
  });
});

test('a block that does not exist is undefined', async () => {
  const { chain } = chainOf();
  expect(await fetchBlock({ rpc: chain.rpc, block: 99 })).toBeUndefined();
  expect(await fetchBlock({ rpc: chain.rpc, block: 'latest' })).toMatchObject({ number: chain.head() });
});
