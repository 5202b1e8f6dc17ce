// Stored events on a real chain: lists follow a reorg, a second visit stores nothing, another chain starts empty.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  burnerWallet,
  createBurnerKey,
  datanetIdOf,
  type EventTables,
  type Hex,
  memoryEventTables,
  openSettlement,
} from '../../src/settlement/index.ts';
import { DEVNET_OPERATOR, rpcProvider } from '../../tools/devnet.ts';
import { type LocalChain, localChain } from './localChain.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const contribution = (value: number) => ({ rowsRoot: word(value), headerDigest: word(100 + value), rowCount: value });

let chain: LocalChain;
beforeAll(async () => {
  chain = await localChain({ datanets: [{ slug: 'elements', metadataDigest: word(1), contributions: [] }] });
});
afterAll(() => chain.destroy());

const rpc = (method: string, params: unknown = []): Promise<unknown> =>
  rpcProvider(chain.deployment.rpcUrl).request({ method, params });

/** Tables that record the blocks of what is stored. */
function observed(): { tables: EventTables; stored: number[] } {
  const inner = memoryEventTables();
  const stored: number[] = [];
  const tables: EventTables = {
    ...inner,
    commit(change) {
      stored.push(...change.records.map(({ blockNumber }) => blockNumber));
      return inner.commit(change);
    },
  };
  return { tables, stored };
}

test('models, Datanets and contributions follow a reorg and equal a scan', async () => {
  const { deployment, operator } = chain;
  const { tables } = observed();
  const stored = openSettlement({ deployment, wallet: operator, tables });
  const scanned = openSettlement({ deployment });
  const datanetId = datanetIdOf({ creator: DEVNET_OPERATOR, slug: 'elements' });
  const model = {
    datanets: [datanetId],
    baseModelDigest: word(2),
    specificationDigest: word(3),
    ownerBps: 0,
    price: 1n,
  };
  const expectEqual = async (): Promise<void> => {
    expect(await stored.models()).toEqual(await scanned.models());
    expect(await stored.datanets()).toEqual(await scanned.datanets());
    expect(await stored.contributions({ datanetId })).toEqual(await scanned.contributions({ datanetId }));
  };

  await stored.contribute({ datanetId, ...contribution(1) });
  await expectEqual();
  const snapshot = await rpc('evm_snapshot');
  const { modelId } = await stored.proposeModel({ slug: 'dropped', ...model });
  await stored.contribute({ datanetId, ...contribution(2) });
  await stored.contribute({ datanetId, ...contribution(3) });
  expect((await stored.models()).map(({ id }) => id)).toEqual([modelId]);
  expect((await stored.contributions({ datanetId })).map(({ index }) => index)).toEqual([0, 1, 2]);

  // Shorter: three blocks are dropped without replacement.
  await rpc('evm_revert', [snapshot]);
  expect(await stored.models()).toEqual([]);
  expect((await stored.contributions({ datanetId })).map(({ index }) => index)).toEqual([0]);
  await expectEqual();

  // Longer than before: the same block numbers with other blocks.
  const other = await stored.proposeModel({ slug: 'instead', ...model });
  for (const value of [4, 5, 6]) await stored.contribute({ datanetId, ...contribution(value) });
  expect((await stored.models()).map(({ id }) => id)).toEqual([other.modelId]);
  expect((await stored.contributions({ datanetId })).map(({ rowCount }) => rowCount)).toEqual([1, 4, 5, 6]);
  await expectEqual();

  // As a node reorganises: the last two blocks are replaced by empty ones.
  await rpc('anvil_reorg', [2, []]);
  expect((await stored.contributions({ datanetId })).map(({ rowCount }) => rowCount)).toEqual([1, 4]);
  await expectEqual();
});

test('what one visit wrote the next one reads, without storing anything', async () => {
  const { deployment, operator } = chain;
  const { tables, stored } = observed();
  const first = openSettlement({ deployment, wallet: operator, tables });
  const { datanetId, blockNumber } = await first.createDatanet({ slug: 'second', metadataDigest: word(4) });
  await first.datanets();
  expect(stored).toContain(Number(blockNumber));
  const before = stored.length;
  const second = openSettlement({ deployment, tables });
  expect((await second.datanets()).map(({ id }) => id)).toContain(datanetId);
  expect((await second.models()).length).toBeGreaterThan(0);
  expect(stored.length).toBe(before);
});

test('tables of another chain are left aside', async () => {
  const { deployment } = chain;
  const { tables } = observed();
  expect(await openSettlement({ deployment, tables }).datanets()).not.toEqual([]);
  const reset = await localChain();
  try {
    const wallet = burnerWallet({ deployment: reset.deployment, privateKey: createBurnerKey() });
    const settlement = openSettlement({ deployment: reset.deployment, wallet, tables });
    expect(await settlement.datanets()).toEqual([]);
    await settlement.faucet({ address: wallet.address });
    await settlement.createDatanet({ slug: 'first', metadataDigest: word(1) });
    expect(await settlement.datanets()).toHaveLength(1);
  } finally {
    await reset.destroy();
  }
});
