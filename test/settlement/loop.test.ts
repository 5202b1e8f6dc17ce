// The whole path of the money on a real chain: deposit, session key, vouchers, collection, ledger, window, claim.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { createClient, encodeFunctionData, http } from 'viem';
import { waitForTransactionReceipt } from 'viem/actions';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openInbox } from '../../nodes/keeper/openInbox.ts';
import { wei } from '../../src/lib/units.ts';
import { rewardsDistributorAbi } from '../../src/settlement/abi/rewardsDistributor.ts';
import {
  burnerWallet,
  type Channel,
  type ConnectedWallet,
  createBurnerKey,
  createSessionKey,
  decodeLedger,
  encodeLedger,
  type Hex,
  type LedgerSource,
  nextVoucher,
  openSettlement,
  prepareLedger,
  type Settlement,
  type SignedVoucher,
  signVoucher,
  splitFee,
} from '../../src/settlement/index.ts';
import { createKeeper, type Keeper } from '../../src/workflows/epochs/createKeeper.ts';
import type { KnownReceipt, VoucherInbox } from '../../src/workflows/epochs/createVoucherInbox.ts';
import { anvilWallet } from '../../tools/devnet.ts';
import { type LocalChain, localChain } from './localChain.ts';

const OPEN = 10n ** 18n;
const digest = (text: string): Hex => `0x${createHash('sha256').update(text).digest('hex')}`;

const sample = {
  datanets: [{ slug: 'elements', metadataDigest: digest('elements'), contributions: [] }],
  models: [
    {
      slug: 'elements-adapter',
      datanets: ['elements'],
      baseModelDigest: digest('base'),
      specificationDigest: digest('specification'),
      ownerBps: 2_000,
      price: OPEN,
      versions: [
        { adapterDigest: digest('adapter'), manifestDigest: digest('manifest'), trainSetRoot: digest('rows') },
      ],
    },
  ],
};

let chain: LocalChain;
let keeper: Keeper;
let inbox: VoucherInbox;
let stored: Awaited<ReturnType<typeof openInbox>>;
let modelId: Hex;
/** Ledgers of every proposer. */
const published = new Map<Hex, Uint8Array>();
const ledgerSource: LedgerSource = async (of) => published.get(of);

/** Content of the receipt with this digest. */
function receipt(receiptDigest: Hex, amount: bigint, shares: KnownReceipt['decoded']['shares']): KnownReceipt {
  const subject = { adapter: 'elements', model: modelId, payer: '', amount: amount.toString(), timestamp: 0 };
  return { digest: receiptDigest, decoded: { subject, shares } };
}

async function person(): Promise<{ wallet: ConnectedWallet; settlement: Settlement }> {
  const { deployment } = chain;
  const wallet = burnerWallet({ deployment, privateKey: createBurnerKey() });
  const settlement = openSettlement({ deployment, wallet, ledgerSource });
  await settlement.faucet({ address: wallet.address });
  return { wallet, settlement };
}

/** Over what an earlier one stored. */
async function startKeeper(): Promise<void> {
  const { deployment, operator, directory } = chain;
  stored = await openInbox(path.join(directory, 'keeper'), deployment);
  ({ inbox } = stored);
  keeper = createKeeper({
    chain: openSettlement({ deployment, wallet: operator }),
    account: operator.address,
    inbox,
    ledgers: {
      read: ledgerSource,
      publish: async (bytes, of) => void published.set(of, bytes),
    },
  });
}

beforeAll(async () => {
  chain = await localChain(sample);
  await startKeeper();
  modelId = chain.deployment.models[0]?.id as Hex;
});
afterAll(async () => {
  await stored.close();
  await chain.destroy();
});

test('a payer’s answers reach the contributors to the last wei', async () => {
  const { deployment } = chain;
  const [payer, ada, grace] = await Promise.all([person(), person(), person()]);

  // One permit and one transaction.
  await payer.settlement.deposit({ amount: 100n * OPEN });
  expect(await payer.settlement.balances(payer.wallet.address)).toMatchObject({
    open: 900n * OPEN,
    escrow: 100n * OPEN,
  });

  const key = createSessionKey();
  const { epoch, now } = await payer.settlement.epoch();
  await payer.settlement.setSessionKey({ signer: key.address, validUntil: now + 3_600, cap: 50n * OPEN });
  const shares = [
    { account: ada.wallet.address, ppm: 700_000 },
    { account: grace.wallet.address, ppm: 299_999 },
  ];
  let channel: Channel | undefined;
  let last: SignedVoucher | undefined;
  const amounts = [3n * OPEN + 1n, 2n * OPEN + 7n, 5n * OPEN];
  for (const [index, amount] of amounts.entries()) {
    const receiptDigest = digest(`receipt ${index}`);
    const next = nextVoucher({
      channel,
      payer: payer.wallet.address,
      signer: key.address,
      modelId,
      epoch,
      amount,
      receiptDigest,
    });
    channel = next.channel;
    last = await signVoucher({ deployment, voucher: next.voucher, channel, key });
    expect(await inbox.addVoucher(last)).toBe('added');
    expect(await inbox.addReceipt(receipt(receiptDigest, amount, shares))).toBe('added');
  }
  if (last === undefined) throw new Error('no voucher');
  expect(await inbox.addVoucher(last)).toBe('known');
  const inflated = { ...last, voucher: { ...last.voucher, cumulative: 99n * OPEN } };
  expect(await inbox.addVoucher(inflated)).toBe('invalid');
  // A restarted program continues with the vouchers that it stored.
  const before = inbox;
  await stored.close();
  await startKeeper();
  expect(new Set(inbox.vouchers())).toEqual(new Set(before.vouchers()));
  expect(inbox.receipt(digest('receipt 1'))).toEqual(before.receipt(digest('receipt 1')));

  const paid = amounts.reduce((sum, amount) => sum + amount, 0n);
  const [collected] = await keeper.step();
  expect(collected).toMatchObject({ kind: 'collected', result: { total: paid, refused: [] } });
  expect(await payer.settlement.balances(payer.wallet.address)).toMatchObject({ escrow: 100n * OPEN - paid });
  expect(await payer.settlement.sessionKey({ payer: payer.wallet.address, signer: key.address })).toMatchObject({
    spent: paid,
  });
  const { contributors } = splitFee({ amount: paid, ownerBps: 2_000 });
  expect(await payer.settlement.pool({ epoch })).toEqual({
    epoch,
    total: contributors,
    models: [{ modelId, amount: contributors }],
  });

  // Nothing happens until the epoch has closed and the window has ended.
  expect(await keeper.step()).toEqual([]);
  await chain.advance(deployment.profile.epochSeconds + deployment.profile.graceSeconds);
  const [proposed] = await keeper.step();
  expect(proposed?.kind).toBe('proposed');
  expect(await ada.settlement.claimable({ address: ada.wallet.address })).toMatchObject({ amount: 0n });
  expect(await keeper.step()).toEqual([]);
  await chain.advance(deployment.profile.windowSeconds);
  expect(await keeper.step()).toEqual([{ kind: 'finalized', epoch }]);

  // 1 ppm of each receipt is unattributed; the Datanet has no rows on chain, so it goes to the model's owner.
  const expected = new Map<string, bigint>();
  const weights = [
    [ada.wallet.address, 700_000n],
    [grace.wallet.address, 299_999n],
    [chain.operator.address, 1n],
  ] as const;
  let prefix = 0n;
  for (const [account, ppm] of [...weights].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))) {
    const before = (contributors * prefix) / 1_000_000n;
    prefix += ppm;
    expected.set(account, (contributors * prefix) / 1_000_000n - before);
  }
  for (const { wallet, settlement } of [ada, grace]) {
    const share = expected.get(wallet.address) ?? 0n;
    expect((await settlement.claimable({ address: wallet.address })).amount).toBe(share);
    const before = (await settlement.balances(wallet.address)).open;
    expect((await settlement.claim()).amount).toBe(share);
    expect((await settlement.balances(wallet.address)).open - before).toBe(share);
    await expect(settlement.claim()).rejects.toMatchObject({ code: 'REWARDS_NOTHING_TO_CLAIM' });
  }
  const operator = openSettlement({ deployment, wallet: chain.operator, ledgerSource });
  expect((await operator.claim()).amount).toBe(expected.get(chain.operator.address));
  const { totalFunded, totalClaimed } = await operator.rewards();
  expect(totalClaimed).toBe(totalFunded);
});

test('a second epoch adds to the first, and idle epochs between them are stepped over', async () => {
  const { deployment } = chain;
  const [payer, ada] = await Promise.all([person(), person()]);
  await payer.settlement.deposit({ amount: 10n * OPEN });
  await chain.advance(deployment.profile.epochSeconds * 700);
  const { epoch } = await payer.settlement.epoch();
  const key = createSessionKey();
  await payer.settlement.setSessionKey({ signer: key.address, validUntil: 4_000_000_000, cap: 4n * OPEN });
  const receiptDigest = digest('later');
  const next = nextVoucher({
    channel: undefined,
    payer: payer.wallet.address,
    signer: key.address,
    modelId,
    epoch,
    amount: 6n * OPEN,
    receiptDigest,
  });
  await inbox.addVoucher(await signVoucher({ deployment, ...next, key }));
  await inbox.addReceipt(receipt(receiptDigest, 6n * OPEN, [{ account: ada.wallet.address, ppm: 1_000_000 }]));
  // The key's cap is 4, so 4 of the 6 are collected and 2 remain owed.
  expect(await keeper.collect()).toMatchObject({ total: 4n * OPEN });
  // A key that has spent its cap draws nothing more: trying again would cost the keeper gas at every step.
  expect(await keeper.collect()).toBeUndefined();
  await chain.advance(deployment.profile.epochSeconds + deployment.profile.graceSeconds);
  await keeper.propose();
  await chain.advance(deployment.profile.windowSeconds);
  await keeper.finalize();
  const { contributors } = splitFee({ amount: 4n * OPEN, ownerBps: 2_000 });
  expect((await ada.settlement.claim()).amount).toBe(contributors);
});

test('one bad voucher in a batch is named and the others are paid', async () => {
  const { deployment } = chain;
  const [good, poor] = await Promise.all([person(), person()]);
  await good.settlement.deposit({ amount: 5n * OPEN });
  const { epoch } = await good.settlement.epoch();
  const vouchers: SignedVoucher[] = [];
  for (const { wallet } of [poor, good]) {
    const key = createSessionKey();
    const next = nextVoucher({
      channel: undefined,
      payer: wallet.address,
      signer: key.address,
      modelId,
      epoch,
      amount: OPEN,
      receiptDigest: digest(wallet.address),
    });
    vouchers.push(await signVoucher({ deployment, ...next, key }));
    if (wallet === good.wallet) {
      await good.settlement.setSessionKey({ signer: key.address, validUntil: 4_000_000_000, cap: OPEN });
    }
  }
  const result = await good.settlement.collect({ vouchers });
  expect(result.collected).toMatchObject([{ index: 1, amount: OPEN }]);
  expect(result.refused).toMatchObject([{ index: 0, reason: 'SESSION_KEY_NOT_ALLOWED' }]);
});

test('money comes back after the thaw, and not before', async () => {
  const { wallet, settlement } = await person();
  await settlement.deposit({ amount: 5n * OPEN });
  await settlement.thaw({ amount: 5n * OPEN });
  await expect(settlement.withdraw()).rejects.toMatchObject({ code: 'ESCROW_NOT_THAWED' });
  await chain.advance(chain.deployment.profile.thawSeconds);
  await settlement.withdraw();
  expect(await settlement.balances(wallet.address)).toMatchObject({ open: 1_000n * OPEN, escrow: 0n, thawing: 0n });
});

test('a wallet behind EIP-1193 deposits by permit: it signs typed data whose domain is whole', async () => {
  const { deployment } = chain;
  // The third of anvil's own accounts, reached as a page reaches any injected wallet.
  const wallet = await anvilWallet(deployment, '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC');
  const settlement = openSettlement({ deployment, wallet });
  await settlement.faucet({ address: wallet.address });
  await settlement.deposit({ amount: 5n * OPEN });
  expect(await settlement.balances(wallet.address)).toMatchObject({ open: 995n * OPEN, escrow: 5n * OPEN });
});

test('an idle chain, whose last block is old, goes by the present time', async () => {
  const profile = { epochSeconds: 2, graceSeconds: 1, windowSeconds: 1, thawSeconds: 3 };
  const idle = await localChain({ profile });
  try {
    const { deployment } = idle;
    const wallet = burnerWallet({ deployment, privateKey: createBurnerKey() });
    const settlement = openSettlement({ deployment, wallet });
    await settlement.faucet({ address: wallet.address });
    await settlement.deposit({ amount: 5n });
    await settlement.thaw({ amount: 5n });
    const { epoch } = await settlement.epoch();
    // No block is mined meanwhile: only real time passes.
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    expect((await settlement.epoch()).epoch).toBeGreaterThan(epoch);
    await settlement.withdraw();
    expect((await settlement.balances(wallet.address)).escrow).toBe(0n);
  } finally {
    await idle.destroy();
  }
});

test('the faucet serves another account too, and takes nothing from who has more', async () => {
  const { deployment, operator } = chain;
  const asker = openSettlement({ deployment, wallet: burnerWallet({ deployment, privateKey: createBurnerKey() }) });
  const other = burnerWallet({ deployment, privateKey: createBurnerKey() }).address;
  await asker.faucet({ address: other });
  expect(await asker.balances(other)).toMatchObject({ open: 1_000n * OPEN, native: 10n * OPEN });
  const before = (await asker.balances(operator.address)).native;
  await expect(asker.faucet({ address: operator.address })).rejects.toMatchObject({ code: 'FAUCET_ENOUGH' });
  expect((await asker.balances(operator.address)).native).toBe(before);
});

test('contract refusals come as sentences, before anything is signed', async () => {
  const { settlement, wallet } = await person();
  await expect(settlement.deposit({ amount: 2_000n * OPEN })).rejects.toMatchObject({
    code: 'OPEN_INSUFFICIENT_BALANCE',
  });
  await expect(settlement.thaw({ amount: 1n })).rejects.toMatchObject({
    code: 'ESCROW_INSUFFICIENT_BALANCE',
    facts: { error: 'InsufficientBalance', balance: '0', needed: '1' },
  });
  const noDatanet = {
    slug: 'x',
    datanets: [digest('none')],
    baseModelDigest: digest('b'),
    specificationDigest: digest('s'),
  };
  await expect(settlement.proposeModel({ ...noDatanet, ownerBps: 0, price: 0n })).rejects.toMatchObject({
    code: 'DATANET_UNKNOWN',
  });
  await settlement.setSessionKey({ signer: wallet.address, validUntil: 4_000_000_000, cap: 2n });
  await expect(
    settlement.setSessionKey({ signer: wallet.address, validUntil: 4_000_000_000, cap: 1n }),
  ).rejects.toMatchObject({
    code: 'SESSION_KEY_SHRINKS',
  });
  const reader = openSettlement({ deployment: chain.deployment });
  await expect(reader.finalize()).rejects.toMatchObject({ code: 'WALLET_MISSING' });
});

test('datanets, contributions, models and versions are listed', async () => {
  const { settlement, wallet } = await person();
  const { datanetId } = await settlement.createDatanet({ slug: 'mine', metadataDigest: digest('mine') });
  const rows = { rowsRoot: digest('root'), headerDigest: digest('header'), rowCount: 50 };
  expect((await settlement.contribute({ datanetId, ...rows })).index).toBe(0);
  expect((await settlement.contribute({ datanetId, ...rows, stake: 3n * OPEN })).index).toBe(1);
  expect(await settlement.contributions({ datanetId })).toMatchObject([
    { index: 0, contributor: wallet.address, status: 'accepted', stake: 0n, ...rows },
    { index: 1, contributor: wallet.address, status: 'accepted', stake: 3n * OPEN },
  ]);
  const record = (await settlement.datanets()).find(({ id }) => id === datanetId);
  expect(record).toMatchObject({ owner: wallet.address, contributions: 2, metadataDigest: digest('mine') });

  const model = { baseModelDigest: digest('base'), specificationDigest: digest('spec'), ownerBps: 1_000, price: 5n };
  const { modelId: mine } = await settlement.proposeModel({ slug: 'mine', datanets: [datanetId], ...model });
  const version = { adapterDigest: digest('a'), manifestDigest: digest('m'), trainSetRoot: digest('t') };
  expect((await settlement.publishVersion({ modelId: mine, ...version })).version).toBe(1);
  expect((await settlement.models()).find(({ id }) => id === mine)).toMatchObject({
    status: 'active',
    versions: 1,
    ...model,
  });
  expect(await settlement.versions({ modelId: mine })).toMatchObject([{ modelId: mine, version: 1, ...version }]);
});

/**
 * Pays an amount with an odd wei in the current epoch, lets the epoch close, and returns the ledger that everybody
 * would propose.
 */
async function closedEpoch(payer: { wallet: ConnectedWallet; settlement: Settlement }, name: string) {
  const { deployment } = chain;
  await payer.settlement.deposit({ amount: 2n * OPEN });
  const key = createSessionKey();
  await payer.settlement.setSessionKey({ signer: key.address, validUntil: 4_000_000_000, cap: OPEN });
  const { epoch } = await payer.settlement.epoch();
  const receiptDigest = digest(name);
  const parts = { payer: payer.wallet.address, signer: key.address, modelId, epoch, amount: OPEN, receiptDigest };
  const signed = await signVoucher({ deployment, ...nextVoucher({ channel: undefined, ...parts }), key });
  await payer.settlement.collect({ vouchers: [signed] });
  await chain.advance(deployment.profile.epochSeconds + deployment.profile.graceSeconds);
  const { current, nextEpoch } = await payer.settlement.rewards();
  const [first] = await payer.settlement.fundedEpochs({ from: nextEpoch });
  const bytes = published.get(current.dataDigest);
  const shares = [{ account: payer.wallet.address, ppm: 1_000_000 }];
  return prepareLedger({
    settlement: payer.settlement,
    epoch: first ?? epoch,
    vouchers: [signed],
    receipt: (of) => (of === receiptDigest ? { digest: of, modelId, amount: OPEN, shares } : undefined),
    previous: bytes && { ledger: decodeLedger({ bytes, digest: current.dataDigest }), digest: current.dataDigest },
  });
}

test('a false root is challenged, its proposer loses the bond, and the epoch is proposed again', async () => {
  const { deployment, operator } = chain;
  // Settle the epochs of earlier tests first.
  for (const seconds of [deployment.profile.epochSeconds * 3, deployment.profile.windowSeconds]) {
    await chain.advance(seconds);
    await keeper.step();
  }
  const [liar, watcher] = await Promise.all([person(), person()]);
  const { ledger, missing } = await closedEpoch(liar, 'challenged');
  expect(missing).toBe(0);
  const required = await liar.settlement.requiredBond({ epoch: ledger.epoch });
  const dataDigest = encodeLedger(ledger).digest;
  published.set(dataDigest, encodeLedger(ledger).bytes);
  const falseRoot = { ...ledger, root: digest('false') };
  await expect(liar.settlement.propose({ ledger: falseRoot, dataDigest })).rejects.toMatchObject({
    code: 'REWARDS_NOT_BONDED',
  });
  await liar.settlement.bond({ amount: required });
  expect(await liar.settlement.bonded({ address: liar.wallet.address })).toBe(required);
  const inflated = { ...ledger, total: wei(ledger.total + 1n) };
  await expect(liar.settlement.propose({ ledger: inflated, dataDigest })).rejects.toMatchObject({
    code: 'REWARDS_WRONG_TOTAL',
  });
  await liar.settlement.propose({ ledger: falseRoot, dataDigest });
  expect((await liar.settlement.rewards()).pending).toMatchObject({
    status: 'proposed',
    proposer: liar.wallet.address,
  });

  const before = (await watcher.settlement.balances(watcher.wallet.address)).open;
  await watcher.settlement.challenge({ evidenceDigest: digest('evidence') });
  const data = encodeFunctionData({ abi: rewardsDistributorAbi, functionName: 'resolve', args: [false] });
  const hash = await operator.sendTransaction({ to: deployment.addresses.rewardsDistributor, data });
  const client = createClient({ transport: http(deployment.rpcUrl), pollingInterval: 20 });
  expect((await waitForTransactionReceipt(client, { hash })).status).toBe('success');
  expect((await watcher.settlement.balances(watcher.wallet.address)).open - before).toBe(required / 2n);
  expect(await liar.settlement.bonded({ address: liar.wallet.address })).toBe(0n);
  expect((await liar.settlement.rewards()).pending.status).toBe('none');

  await watcher.settlement.bond({ amount: required });
  await watcher.settlement.propose({ ledger, dataDigest });
  await chain.advance(deployment.profile.windowSeconds);
  await watcher.settlement.finalize();
  expect((await watcher.settlement.rewards()).current.root).toBe(ledger.root);

  // Three sources of the ledger: one lacks it, one has damaged bytes, one has it.
  const { bytes } = encodeLedger(ledger);
  const withSource = (ledgerSource?: LedgerSource) => openSettlement({ deployment, wallet: liar.wallet, ledgerSource });
  const { address } = liar.wallet;
  await expect(withSource().claimable({ address })).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  const damaged = bytes.map((byte, index) => (index === 9 ? byte ^ 1 : byte));
  await expect(withSource(async () => damaged).claimable({ address })).rejects.toMatchObject({
    code: 'LEDGER_MALFORMED',
  });
  expect((await withSource(async () => bytes).claimable({ address })).amount).toBeGreaterThan(0n);
});

test('a root that nobody challenged and that its ledger does not give is named to who claims', async () => {
  const { deployment } = chain;
  const liar = await person();
  const { ledger } = await closedEpoch(liar, 'unchallenged');
  const { bytes, digest: dataDigest } = encodeLedger(ledger);
  await liar.settlement.bond({ amount: await liar.settlement.requiredBond({ epoch: ledger.epoch }) });
  await liar.settlement.propose({ ledger: { ...ledger, root: digest('false') }, dataDigest });
  await chain.advance(deployment.profile.windowSeconds);
  await liar.settlement.finalize();
  const claimant = openSettlement({ deployment, wallet: liar.wallet, ledgerSource: async () => bytes });
  await expect(claimant.claim()).rejects.toMatchObject({ code: 'LEDGER_WRONG_ROOT' });
});
