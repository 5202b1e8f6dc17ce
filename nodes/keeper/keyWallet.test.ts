// A program's wallet on real chains: one that was started anew under the same address has the same number and, from the same
// account, the same contracts at the same places.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, http } from 'viem';
import { getTransactionCount } from 'viem/actions';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBurnerKey, type Deployment, type Hex, openSettlement } from '../../src/settlement/index.ts';
import { type LocalChain, localChain } from '../../test/settlement/localChain.ts';
import { keyWallet } from './keyWallet.ts';

let chains: readonly [LocalChain, LocalChain];
/** Which of them answers from the next request on, by the method that it asks for. */
let answering: (method: string) => LocalChain;
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { method } = JSON.parse(body.toString()) as { method: string };
  const { rpcUrl } = answering(method).deployment;
  const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  response.setHeader('content-type', 'application/json').end(await answer.text());
});
let deployment: Deployment;

beforeAll(async () => {
  const first = await localChain();
  // Its first block has another second, as that of a chain which is started anew.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  chains = [first, await localChain()];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  deployment = { ...first.deployment, rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  for (const chain of chains) await chain.destroy();
});

const sentOn = ({ deployment: { rpcUrl } }: LocalChain, address: Hex): Promise<number> =>
  getTransactionCount(createClient({ transport: http(rpcUrl) }), { address, blockTag: 'pending' });

/** A key with gas and OPEN on both chains. */
async function richWallet() {
  const privateKey = createBurnerKey();
  for (const chain of chains) {
    const wallet = keyWallet({ deployment: chain.deployment, privateKey });
    await openSettlement({ deployment: chain.deployment, wallet }).faucet({ address: wallet.address });
  }
  answering = () => chains[0];
  return keyWallet({ deployment, privateKey });
}

test('transactions that are asked for at once are sent one after the other', async () => {
  const wallet = await richWallet();
  const request = { to: wallet.address, data: '0x' as const };
  const hashes = await Promise.all(Array.from({ length: 5 }, () => wallet.sendTransaction(request)));
  expect(new Set(hashes).size).toBe(5);
  expect(await sentOn(chains[0], wallet.address)).toBe(6);
});

test('one that fails does not hold up the next', async () => {
  const wallet = await richWallet();
  const request = { to: wallet.address, data: '0x' as const };
  const [failed, sent] = await Promise.allSettled([
    wallet.sendTransaction({ ...request, gas: 1n }),
    wallet.sendTransaction(request),
  ]);
  expect([failed.status, sent.status]).toEqual(['rejected', 'fulfilled']);
});

/** What `health` asks. */
const LOOKING = ['eth_chainId', 'eth_getBlockByNumber', 'eth_getCode', 'eth_blockNumber'];

test.each(['before it was asked', 'after it had looked at the chain', 'while nonce and fees were found'])(
  'sends nothing to a chain that was started anew %s',
  async (when) => {
    expect(chains[1].deployment.addresses).toEqual(chains[0].deployment.addresses);
    const wallet = await richWallet();
    let isReset = when === 'before it was asked';
    answering = (method) => {
      const before = isReset;
      if (!LOOKING.includes(method)) isReset = true;
      return (when === 'while nonce and fees were found' ? before : isReset) ? chains[1] : chains[0];
    };
    const sending = wallet.sendTransaction({ to: wallet.address, data: '0x' });
    await expect(sending).rejects.toMatchObject({ code: 'CHAIN_RESET' });
    for (const chain of chains) expect(await sentOn(chain, wallet.address)).toBe(1);
  },
);
