import { expect, test } from 'vitest';
import { fakeClient, WALLET_ADDRESS } from '../testing/fakeClient.ts';
import { requestFaucet } from './requestFaucet.ts';

test('another chain than the local one has no test money, and nothing is sent', async () => {
  const { client, sent } = fakeClient();
  await expect(requestFaucet(client, { address: WALLET_ADDRESS })).rejects.toMatchObject({
    code: 'FAUCET_LOCAL_ONLY',
    facts: { chainId: 10 },
  });
  expect(sent).toEqual([]);
});
