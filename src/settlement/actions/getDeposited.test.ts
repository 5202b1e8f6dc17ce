import { createClient, custom, encodeAbiParameters, encodeEventTopics, numberToHex, RpcRequestError } from 'viem';
import { expect, test } from 'vitest';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { fakeClient, WALLET_ADDRESS } from '../testing/fakeClient.ts';
import { getDeposited } from './getDeposited.ts';

/** A chain of 5,000 blocks whose server answers for `limit` blocks at most, with a deposit of 1 wei in each of `blocks`. */
function serverOf(blocks: readonly number[], limit: number) {
  const { client } = fakeClient();
  const asked: number[] = [];
  const [topic, payer] = encodeEventTopics({
    abi: inferenceEscrowAbi,
    eventName: 'Deposited',
    args: { payer: WALLET_ADDRESS },
  });
  async function request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    if (method === 'eth_blockNumber') return numberToHex(5_000);
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock?: string }];
    const [from, to] = [Number(fromBlock), toBlock === undefined ? 5_000 : Number(toBlock)];
    asked.push(to - from + 1);
    if (to - from >= limit) {
      const error = { code: -32_005, message: 'block range too large' };
      throw new RpcRequestError({ body: {}, url: 'http://127.0.0.1:1', error });
    }
    return blocks
      .filter((block) => from <= block && block <= to)
      .map((block) => ({
        address: client.contracts.inferenceEscrow.address,
        topics: [topic, payer],
        data: encodeAbiParameters([{ type: 'uint256' }], [1n]),
        blockNumber: numberToHex(block),
        blockHash: numberToHex(block, { size: 32 }),
        transactionHash: numberToHex(block, { size: 32 }),
        transactionIndex: '0x0',
        logIndex: '0x0',
      }));
  }
  const rpc = createClient({ transport: custom({ request }, { retryCount: 0 }) }) as never as typeof client.rpc;
  return { client: { ...client, rpc }, asked };
}

test('sums what was paid in after a block, in one request where the server allows it', async () => {
  const { client, asked } = serverOf([9, 10, 11, 5_000], 10_000);
  expect(await getDeposited(client, { payer: WALLET_ADDRESS, afterBlock: 10n })).toBe(2n);
  expect(asked).toHaveLength(1);
});

test('a plan of long ago is continued on a server that limits ranges', async () => {
  const { client } = serverOf([9, 10, 11, 1_260, 4_999, 5_000], 1_000);
  expect(await getDeposited(client, { payer: WALLET_ADDRESS, afterBlock: 10n })).toBe(4n);
  expect(await getDeposited(client, { payer: WALLET_ADDRESS, afterBlock: 5_000n })).toBe(0n);
});

test('a server that refuses even one block is an error', async () => {
  const { client } = serverOf([9], 0);
  await expect(getDeposited(client, { payer: WALLET_ADDRESS, afterBlock: 10n })).rejects.toMatchObject({
    code: 'CHAIN_FAILED',
  });
});
