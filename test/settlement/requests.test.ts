// How often the chain's server is asked: by the number of questions, not by the number of strangers who announce vouchers.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Address, type Hex, openSettlement, type SignedVoucher } from '../../src/settlement/index.ts';
import { openVouchers } from '../../src/workflows/epochs/openVouchers.ts';
import { type LocalChain, localChain } from './localChain.ts';
import { type ObservedServer, observedServer } from './observedServer.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const address = (value: number): Address => `0x${value.toString(16).padStart(40, '0')}`;

let chain: LocalChain;
let server: ObservedServer;
beforeAll(async () => {
  chain = await localChain();
  server = await observedServer(chain.deployment.rpcUrl);
});
afterAll(async () => {
  await server.close();
  await chain.destroy();
});

test.each([
  ['signed by keys of theirs', 5_000, 2],
  // Those are asked for what they have prepaid, and which models there are.
  ['signed by themselves, who have nothing', 1_000, 6],
])('two hundred strangers’ vouchers, %s, cost a few requests and not one each', async (_, signers, most) => {
  const settlement = openSettlement({ deployment: { ...chain.deployment, rpcUrl: server.url } });
  const state = await settlement.epoch();
  const vouchers = Array.from({ length: 200 }, (_, index): SignedVoucher => {
    const voucher = { modelId: word(1), epoch: state.epoch, cumulative: 1n, count: 1n, receiptsRoot: word(index) };
    const payer = address(1_000 + index);
    return {
      voucher: { ...voucher, payer, signer: address(signers + index) },
      signature: '0x',
      receipts: [word(index)],
    };
  });
  const before = server.asked.length;
  expect(await openVouchers({ chain: settlement, state, vouchers })).toEqual([]);
  expect(server.asked.length - before).toBeLessThanOrEqual(most);
});
