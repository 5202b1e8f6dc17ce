import { expect, test, vi } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { BLOCK_TIMESTAMP, fakeClient, WALLET_ADDRESS } from '../testing/fakeClient.ts';
import type { ConnectedWallet } from '../types/wallet.ts';
import { deposit } from './deposit.ts';

const r = `0x${'11'.repeat(32)}` as const;
const s = `0x${'22'.repeat(32)}` as const;
const views = { balanceOf: 100n, nonces: 3n, allowance: 0n };
const refusal = (facts: Record<string, number>) =>
  new TributaryError({ code: 'WALLET_FAILED', message: 'Refused.', facts, hint: 'Try again.' });

test('a wallet that signs permits sends one transaction', async () => {
  const signTypedData = vi.fn<ConnectedWallet['signTypedData']>(async () => `${r}${s.slice(2)}1c`);
  const { client, sent } = fakeClient({ views, signTypedData });
  const { openToken, inferenceEscrow } = client.deployment.addresses;
  await deposit(client, { amount: 100n });
  const deadline = BigInt(BLOCK_TIMESTAMP + 3_600);
  expect(signTypedData.mock.calls[0]?.[0]).toMatchObject({
    domain: { chainId: 10, verifyingContract: openToken },
    message: { owner: WALLET_ADDRESS, spender: inferenceEscrow, value: 100n, nonce: 3n, deadline },
  });
  expect(sent).toMatchObject([{ to: inferenceEscrow, name: 'depositWithPermit', args: [100n, deadline, 28, r, s] }]);
});

test.each([4200, -32601])('a wallet without typed data (%i) approves and deposits', async (rpcCode) => {
  const { client, sent } = fakeClient({ views, signTypedData: () => Promise.reject(refusal({ rpcCode })) });
  const { openToken, inferenceEscrow } = client.deployment.addresses;
  expect(await deposit(client, { amount: 7n })).toMatchObject({ blockNumber: 7n });
  expect(sent).toMatchObject([
    { to: openToken, name: 'approve', args: [inferenceEscrow, 7n] },
    { to: inferenceEscrow, name: 'deposit', args: [7n] },
  ]);
});

test('an approval that an earlier try left is used, without another signature', async () => {
  const signTypedData = vi.fn<ConnectedWallet['signTypedData']>();
  const { client, sent } = fakeClient({ views: { ...views, allowance: 7n }, signTypedData });
  await deposit(client, { amount: 7n });
  expect(signTypedData).not.toHaveBeenCalled();
  expect(sent).toMatchObject([{ name: 'deposit', args: [7n] }]);
});

test('any other refusal of the signature ends the deposit', async () => {
  const { client, sent } = fakeClient({ views, signTypedData: () => Promise.reject(refusal({ rpcCode: -32000 })) });
  await expect(deposit(client, { amount: 7n })).rejects.toMatchObject({ code: 'WALLET_FAILED' });
  expect(sent).toEqual([]);
});

test('nothing is signed for more than the account has', async () => {
  const signTypedData = vi.fn<ConnectedWallet['signTypedData']>();
  const { client } = fakeClient({ views, signTypedData });
  await expect(deposit(client, { amount: 101n })).rejects.toMatchObject({
    code: 'OPEN_INSUFFICIENT_BALANCE',
    facts: { balance: '100', needed: '101' },
  });
  expect(signTypedData).not.toHaveBeenCalled();
});

test('without a wallet nothing is asked', async () => {
  const { client } = fakeClient({ wallet: 'none' });
  await expect(deposit(client, { amount: 1n })).rejects.toMatchObject({ code: 'WALLET_MISSING' });
});
