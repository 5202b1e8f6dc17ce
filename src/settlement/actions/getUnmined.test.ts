import { createClient, custom } from 'viem';
import { expect, test } from 'vitest';
import { fakeClient, WALLET_ADDRESS } from '../testing/fakeClient.ts';
import { getUnmined } from './getUnmined.ts';

/** `pending` and `latest`: the account's number of transactions with and without what waits. */
function ask(pending: number, latest: number) {
  const counts: Readonly<Record<string, number>> = { pending, latest };
  const request = async ({ method, params }: { readonly method: string; readonly params?: unknown }) => {
    const [address, tag] = params as readonly string[];
    expect([method, address]).toEqual(['eth_getTransactionCount', WALLET_ADDRESS]);
    return `0x${(counts[tag ?? ''] ?? -1).toString(16)}`;
  };
  const rpc = createClient({ transport: custom({ request }, { retryCount: 0 }) }) as never;
  return getUnmined({ ...fakeClient().client, rpc }, { address: WALLET_ADDRESS });
}

test('counts what no block has yet', async () => {
  expect(await ask(7, 7)).toBe(0);
  expect(await ask(9, 7)).toBe(2);
  // Asked of two nodes, one of which is behind.
  expect(await ask(6, 7)).toBe(0);
});
