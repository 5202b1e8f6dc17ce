// What survives a restart of the local chain, and how a client reports a chain that is down or a different one.
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { burnerWallet, createBurnerKey, datanetIdOf, type Hex, openSettlement } from '../../src/settlement/index.ts';
import { DEVNET_OPERATOR } from '../../tools/devnet.ts';
import { type LocalChain, localChain } from './localChain.ts';

const OPEN = 10n ** 18n;
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const directory = mkdtempSync(path.join(tmpdir(), 'tributary-restart-'));
let running: LocalChain | undefined;
afterAll(async () => {
  await running?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const contributor = (index: number): Hex => `0x${String(index).repeat(40)}`;
const elements = {
  slug: 'elements',
  metadataDigest: word(1),
  contributions: [1, 2, 3].map((index) => ({
    contributor: contributor(index),
    rowsRoot: word(index),
    headerDigest: word(100 + index),
    rowCount: 10 * index,
  })),
};
const island = { slug: 'island', metadataDigest: word(2), contributions: [] };

test('a restart keeps contracts, balances and samples, and adds what is new', async () => {
  running = await localChain({ datanets: [elements] }, directory);
  const before = running.deployment;
  const privateKey = createBurnerKey();
  const first = openSettlement({ deployment: before, wallet: burnerWallet({ deployment: before, privateKey }) });
  const address = first.account as Hex;
  await first.faucet({ address });
  await first.deposit({ amount: 7n * OPEN });
  await running.stop();
  expect(await first.health()).toEqual({ state: 'unreachable' });
  await expect(first.balances(address)).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' });

  running = await localChain({ datanets: [elements, island] }, directory);
  const { deployment } = running;
  expect(deployment.addresses).toEqual(before.addresses);
  expect(deployment.genesisHash).toBe(before.genesisHash);
  const second = openSettlement({ deployment });
  expect(await second.health()).toMatchObject({ state: 'ready' });
  expect(await second.balances(address)).toMatchObject({ open: 993n * OPEN, escrow: 7n * OPEN });
  expect((await second.datanets()).map(({ id }) => id)).toEqual([
    datanetIdOf({ creator: DEVNET_OPERATOR, slug: 'elements' }),
    datanetIdOf({ creator: DEVNET_OPERATOR, slug: 'island' }),
  ]);
  const contributions = await second.contributions({
    datanetId: datanetIdOf({ creator: DEVNET_OPERATOR, slug: 'elements' }),
  });
  expect(contributions).toMatchObject(
    elements.contributions.map(({ contributor: by, rowCount }) => ({ contributor: by, rowCount })),
  );
});

test('half a state file is replaced by the one of the last start', async () => {
  await running?.stop();
  const state = path.join(directory, 'state.json');
  truncateSync(state, Math.floor(statSync(state).size / 2));
  running = await localChain({ datanets: [elements] }, directory);
  const settlement = openSettlement({ deployment: running.deployment });
  expect(await settlement.health()).toMatchObject({ state: 'ready' });
  expect((await settlement.rewards()).nextEpoch).toBe(0n);
  expect((await settlement.balances(running.deployment.addresses.inferenceEscrow)).open).toBe(7n * OPEN);
});

test('a client knows another chain from its own', async () => {
  const { deployment } = running as LocalChain;
  expect(await openSettlement({ deployment: { ...deployment, chainId: 5 } }).health()).toEqual({
    state: 'wrongChain',
    chainId: 31337,
  });
  expect(await openSettlement({ deployment: { ...deployment, genesisHash: word(0) } }).health()).toEqual({
    state: 'reset',
  });
  const addresses = { ...deployment.addresses, addressBook: contributor(9) };
  expect(await openSettlement({ deployment: { ...deployment, addresses } }).health()).toEqual({ state: 'notDeployed' });
});

test('a taken port is named', async () => {
  const { port } = running as LocalChain;
  const { startDevnet } = await import('../../tools/devnet.ts');
  await expect(startDevnet({ stateDirectory: path.join(directory, 'other'), port })).rejects.toThrow(
    `Port ${port} is taken`,
  );
});
