// What is read from events alone: pools, funded epochs, collections.
import { expect, test } from 'vitest';
import type { EventRecord } from '../events/eventReader.ts';
import { fakeClient } from '../testing/fakeClient.ts';
import type { Hex } from '../types/hex.ts';
import { getCollections } from './getCollections.ts';
import { getFundedEpochs } from './getFundedEpochs.ts';
import { getPool } from './getPool.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const funded = (epoch: bigint, model: number, toContributors: bigint) => ({
  name: 'Funded' as const,
  args: { epoch, modelId: word(model), toContributors, toAttestors: 1_000n },
});
const collected = (epoch: bigint, amount: bigint) =>
  ({
    name: 'VoucherCollected',
    args: {
      payer: '0x01',
      signer: '0x02',
      modelId: word(1),
      epoch,
      amount,
      count: 1n,
      receiptsRoot: word(Number(amount)),
    },
  }) as unknown as Pick<EventRecord, 'name' | 'args'>;
const { client } = fakeClient({
  events: [
    funded(10n, 2, 3n),
    funded(9n, 1, 1n),
    funded(10n, 1, 4n),
    funded(10n, 2, 5n),
    funded(2n, 1, 1n),
    collected(10n, 6n),
    collected(9n, 7n),
    collected(10n, 8n),
  ],
});

test('a pool adds what contributors were paid, by model', async () => {
  expect(await getPool(client, { epoch: 10n })).toEqual({
    epoch: 10n,
    total: 12n,
    models: [
      { modelId: word(2), amount: 8n },
      { modelId: word(1), amount: 4n },
    ],
  });
  expect(await getPool(client, { epoch: 3n })).toEqual({ epoch: 3n, total: 0n, models: [] });
});

test('funded epochs are listed once, by number and not by text', async () => {
  expect(await getFundedEpochs(client, { from: 0n })).toEqual([2n, 9n, 10n]);
  expect(await getFundedEpochs(client, { from: 9n })).toEqual([9n, 10n]);
  expect(await getFundedEpochs(client, { from: 11n })).toEqual([]);
});

test('collections are those of the epoch, in the order of the chain', async () => {
  const amounts = (await getCollections(client, { epoch: 10n })).map(({ amount, receiptsRoot }) => [
    amount,
    receiptsRoot,
  ]);
  expect(amounts).toEqual([
    [6n, word(6)],
    [8n, word(8)],
  ]);
});
