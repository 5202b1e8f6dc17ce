// What a keeper heard outlives its process, without asking any relay again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Deployment } from '../../src/settlement/index.ts';
import { address, DEPLOYMENT, word } from '../../src/workflows/testing/fakeChain.ts';
import { payAnswers, receiptOf } from '../../src/workflows/testing/payer.ts';
import { openInbox } from './openInbox.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'tributary-inbox-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const deployment = (digit: string): Deployment =>
  ({ ...DEPLOYMENT, genesisHash: `0x${digit.repeat(64)}` }) as unknown as Deployment;

test('vouchers and receipts are there again after a restart, pruned ones are not, and another chain sees none', async () => {
  const opened = await openInbox(folder, deployment('1'));
  const { inbox } = opened;
  const [old] = await payAnswers({
    payer: address(0xa1),
    modelId: word(1),
    epoch: 3n,
    answers: [{ digest: word(5), amount: 10n }],
  });
  const [current] = await payAnswers({
    payer: address(0xa1),
    modelId: word(1),
    epoch: 4n,
    answers: [{ digest: word(6), amount: 20n }],
  });
  if (old === undefined || current === undefined) throw new Error('no vouchers');
  for (const signed of [old, current]) expect(await inbox.addVoucher(signed)).toBe('added');
  for (const digest of [word(5), word(6)])
    await inbox.addReceipt(receiptOf({ digest, amount: 10n }, word(1), [{ account: address(0xada), ppm: 1_000_000 }]));
  await inbox.prune(3n);
  const stored = inbox.receipt(word(6));
  await opened.close();

  const again = await openInbox(folder, deployment('1'));
  const reopened = again.inbox;
  // Stored in the canonical form of addresses.
  expect(reopened.vouchers()).toMatchObject([{ receipts: current.receipts, signature: current.signature }]);
  expect(reopened.receipt(word(5))).toBeUndefined();
  expect(reopened.receipt(word(6))).toEqual(stored);
  expect(reopened.receipt(word(6))).toBeDefined();

  const { inbox: other, close } = await openInbox(folder, deployment('2'));
  expect(other.vouchers()).toEqual([]);
  expect(other.receipt(word(6))).toBeUndefined();
  await Promise.all([again.close(), close()]);
});
