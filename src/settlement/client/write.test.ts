import { expect, test } from 'vitest';
import { fakeClient } from '../testing/fakeClient.ts';
import type { Hex } from '../types/hex.ts';
import { write } from './write.ts';

const thaw = (client: ReturnType<typeof fakeClient>['client'], onSubmitted?: (hash: Hex) => void) =>
  write(client, { ...client.contracts.inferenceEscrow, functionName: 'thaw', args: [5n] }, { onSubmitted });

test('sends with a quarter more gas than estimated and reports the hash before the receipt', async () => {
  const { client, sent } = fakeClient();
  const hashes: Hex[] = [];
  const { confirmation } = await thaw(client, (hash) => hashes.push(hash));
  expect(sent).toMatchObject([{ name: 'thaw', args: [5n], gas: 125_000n }]);
  expect(hashes).toEqual([confirmation.hash]);
  expect(confirmation).toEqual({ hash: hashes[0], blockNumber: 7n, gasUsed: 1n });
});

test('a transaction that fails in its block is an error that names it', async () => {
  const { client } = fakeClient({ status: '0x0' });
  await expect(thaw(client)).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED', facts: { block: '7' } });
});

test('an aborted write throws and does not send', async () => {
  const { client, sent } = fakeClient();
  const call = { ...client.contracts.inferenceEscrow, functionName: 'thaw', args: [5n] } as const;
  await expect(write(client, call, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  expect(sent).toEqual([]);
});
