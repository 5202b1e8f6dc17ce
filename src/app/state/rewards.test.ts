// What the room of rewards is told when the chain is not the one of this page, and when receipts are missing. Chain and inbox
// are in memory.
import { beforeEach, expect, test, vi } from 'vitest';
import type { ChainHealth } from '../../settlement/index.ts';
import { createVoucherInbox, type VoucherInbox } from '../../workflows/epochs/createVoucherInbox.ts';
import { address, createFakeChain, DEPLOYMENT, PROFILE, word } from '../../workflows/testing/fakeChain.ts';
import { memoryLedgers, memoryTable } from '../../workflows/testing/memory.ts';
import { payAnswers, receiptOf } from '../../workflows/testing/payer.ts';
import { proposeShares, readRewards } from './rewards.ts';

const page = vi.hoisted(() => ({ chain: {} as object, inbox: {} as object, ledgers: {} as object }));
vi.mock('./settlement.ts', () => ({ settlement: async () => page.chain }));
vi.mock('./voucherInbox.ts', () => ({ voucherInbox: async () => page.inbox, knownVouchers: () => new Map() }));
vi.mock('./ledgers.ts', () => ({
  get ledgers() {
    return page.ledgers;
  },
}));

const modelId = word(1);
const payer = address(0xa1);
const account = address(0xc0);
const answer = { digest: word(7), amount: 1_000n };
let chain: ReturnType<typeof createFakeChain>;
let inbox: VoucherInbox;
beforeEach(async () => {
  chain = createFakeChain({ models: [{ id: modelId, owner: address(0x0e), ownerBps: 2_000 }] });
  inbox = await createVoucherInbox({ deployment: DEPLOYMENT, vouchers: memoryTable(), receipts: memoryTable() });
  Object.assign(page, { chain, inbox, ledgers: memoryLedgers() });
});

test.each([
  [{ state: 'wrongChain', chainId: 1 }, 'CHAIN_ID_MISMATCH', { chainId: 1 }],
  [{ state: 'unreachable' }, 'CHAIN_UNREACHABLE', {}],
  [{ state: 'reset' }, 'CHAIN_RESET', { state: 'reset' }],
  [{ state: 'notDeployed' }, 'CHAIN_RESET', { state: 'notDeployed' }],
] satisfies [ChainHealth, string, object][])('a chain that is %o is an error by code', async (health, code, facts) => {
  page.chain = { ...chain, health: async () => health };
  await expect(readRewards(undefined)).rejects.toMatchObject({ code, facts });
});

test('shares are not proposed while a receipt is missing, and are when it is here', async () => {
  const { epoch } = await chain.epoch();
  const [signed] = await payAnswers({ payer, modelId, epoch, answers: [answer] });
  if (signed === undefined) throw new Error('no voucher');
  await inbox.addVoucher(signed);
  await chain.collect({ vouchers: [signed] });
  chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds);
  const steps: string[] = [];
  const propose = (): Promise<void> => proposeShares(epoch, account, (step) => steps.push(step));
  await expect(propose()).rejects.toMatchObject({
    code: 'REWARDS_RECEIPTS_MISSING',
    facts: { epoch: epoch.toString(), missing: 1 },
  });
  expect(steps).toEqual(['ledger']);
  await inbox.addReceipt(receiptOf(answer, modelId, [{ account: address(0xada), ppm: 1_000_000 }]));
  await propose();
  expect(chain.writes.map(({ name }) => name)).toContain('propose');
});
