import { createClient, custom, type Hex, numberToHex } from 'viem';
import { expect, test } from 'vitest';
import { fakeClient } from '../testing/fakeClient.ts';
import { getTransaction } from './getTransaction.ts';

const hash: Hex = numberToHex(7, { size: 32 });
const receipt = (status: string) => ({ transactionHash: hash, blockNumber: '0x7', status, logs: [] });
const transaction = { hash, nonce: '0x1', value: '0x0', gas: '0x1', type: '0x2', chainId: '0xa' };

/** What a server says of a transaction, by method; an error is what it throws. */
function ask(answers: Readonly<Record<string, unknown>>) {
  const { client } = fakeClient();
  const request = async ({ method }: { readonly method: string }): Promise<unknown> => {
    const answer = answers[method] ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const rpc = createClient({ transport: custom({ request }, { retryCount: 0 }) }) as never;
  return getTransaction({ ...client, rpc }, { hash });
}

test('one in a block has ended as its receipt says', async () => {
  expect(await ask({ eth_getTransactionReceipt: receipt('0x1') })).toBe('confirmed');
  expect(await ask({ eth_getTransactionReceipt: receipt('0x0') })).toBe('reverted');
});

test('one without a receipt is pending where the server has it, and unknown where it has not', async () => {
  expect(await ask({ eth_getTransactionByHash: transaction })).toBe('pending');
  expect(await ask({})).toBe('unknown');
});

test.each(['eth_getTransactionReceipt', 'eth_getTransactionByHash'])(
  'a server that fails at %s says nothing about the transaction',
  async (method) => {
    await expect(ask({ [method]: new Error('no room') })).rejects.toMatchObject({ code: 'CHAIN_FAILED' });
  },
);
