import { expect, test } from 'vitest';
import { ensureGas } from './ensureGas.ts';
import { address, createFakeChain, DEPLOYMENT } from './testing/fakeChain.ts';

const who = address(7);

async function asked(native: bigint, open: bigint, needed?: bigint, faucet = true): Promise<readonly string[]> {
  const addresses = { ...DEPLOYMENT.addresses };
  if (!faucet) delete (addresses as { faucet?: unknown }).faucet;
  const chain = createFakeChain({ models: [], deployment: { ...DEPLOYMENT, addresses } });
  chain.setAccount(who, { native, open });
  await ensureGas(chain, who, needed);
  expect(chain.writes.every(({ value }) => value === who)).toBe(true);
  return chain.writes.map(({ name }) => name);
}

test('the faucet is asked when there is no gas, or less OPEN than is needed', async () => {
  expect(await asked(0n, 0n)).toStrictEqual(['faucet']);
  expect(await asked(1n, 0n)).toStrictEqual([]);
  expect(await asked(1n, 4n, 5n)).toStrictEqual(['faucet']);
  expect(await asked(1n, 5n, 5n)).toStrictEqual([]);
  expect(await asked(0n, 5n, 5n)).toStrictEqual(['faucet']);
});

test('on a chain without a faucet nobody is asked', async () => {
  expect(await asked(0n, 0n, 5n, false)).toStrictEqual([]);
});
