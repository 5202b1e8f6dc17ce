// A walk: somebody prepays and pays answers, a keeper collects, proposes and finalises, and in each step something breaks. Then all is
// well again, both go on by the same calls, and the chain's books must be those of a world in which nothing broke.
import { decodeFunctionData, type Hex, numberToHex, toEventSelector } from 'viem';
import { keyWallet } from '../../../nodes/keeper/keyWallet.ts';
import { TributaryError } from '../../../src/lib/errors.ts';
import { rewardsDistributorAbi } from '../../../src/settlement/abi/rewardsDistributor.ts';
import {
  burnerWallet,
  type Channel,
  type ConnectedWallet,
  createBurnerKey,
  openSettlement,
  type Settlement,
  type SignedVoucher,
} from '../../../src/settlement/index.ts';
import { payAnswer } from '../../../src/workflows/answers/payAnswer.ts';
import type { PaymentPorts } from '../../../src/workflows/answers/paymentPorts.ts';
import { setUpPayment } from '../../../src/workflows/answers/setUpPayment.ts';
import { createKeeper, type Keeper, type KeeperEvent } from '../../../src/workflows/epochs/createKeeper.ts';
import { createVoucherInbox, type KnownReceipt } from '../../../src/workflows/epochs/createVoucherInbox.ts';
import { memoryLedgers, memoryPayments, memoryTable } from '../../../src/workflows/testing/memory.ts';
import { receiptOf } from '../../../src/workflows/testing/payer.ts';
import { rpcProvider } from '../../../tools/devnet.ts';
import type { LocalChain } from '../../settlement/localChain.ts';
import type { Random } from '../decoders/random.ts';
import { type FaultName, faults } from './faults.ts';
import type { FaultyServer } from './faultyServer.ts';

const OPEN = 10n ** 18n;
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
/** How long a call waits for a block here. */
const BLOCK_MILLISECONDS = 700;
/** What takes longer does not end: a step takes seconds, also on a machine that does ten other things. */
const STUCK_MILLISECONDS = 120_000;
const ATTEMPTS = 30;

export interface Bench {
  readonly chain: LocalChain;
  /** Started anew after `chain`: the same number, the same contracts at the same places. */
  readonly anew: LocalChain;
  readonly server: FaultyServer;
}

function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

/** A settlement whose transactions are not waited for long. */
function impatient(settlement: Settlement): Settlement {
  const timeout = BLOCK_MILLISECONDS;
  return {
    ...settlement,
    faucet: (parameters) => settlement.faucet({ timeout, ...parameters }),
    deposit: (parameters) => settlement.deposit({ timeout, ...parameters }),
    setSessionKey: (parameters) => settlement.setSessionKey({ timeout, ...parameters }),
    waitForTransaction: (parameters) => settlement.waitForTransaction({ timeout, ...parameters }),
    collect: (parameters) => settlement.collect({ timeout, ...parameters }),
    bond: (parameters) => settlement.bond({ timeout, ...parameters }),
    propose: (parameters) => settlement.propose({ timeout, ...parameters }),
    finalize: (parameters) => settlement.finalize({ timeout, ...parameters }),
  };
}

/** How often an account has called each function of the rewards' contract, in a block, whether or not it went through. */
async function rewardsCalls({ chain }: Bench, account: Hex): Promise<ReadonlyMap<string, number>> {
  const { request } = rpcProvider(chain.deployment.rpcUrl);
  const newest = Number(await request({ method: 'eth_blockNumber', params: [] }));
  const calls = new Map<string, number>();
  for (let number = 0; number <= newest; number += 1) {
    const { transactions } = (await request({
      method: 'eth_getBlockByNumber',
      params: [numberToHex(number), true],
    })) as { readonly transactions: readonly { readonly from: Hex; readonly to: Hex | null; readonly input: Hex }[] };
    for (const { from, to, input } of transactions) {
      if (from.toLowerCase() !== account.toLowerCase()) continue;
      if (to?.toLowerCase() !== chain.deployment.addresses.rewardsDistributor.toLowerCase()) continue;
      const { functionName } = decodeFunctionData({ abi: rewardsDistributorAbi, data: input });
      calls.set(functionName, (calls.get(functionName) ?? 0) + 1);
    }
  }
  return calls;
}

/** Throws a sentence that says what is wrong. `note` hears of each step. */
export async function walk(bench: Bench, part: FaultName, random: Random, note: (step: string) => void): Promise<void> {
  const { chain, anew, server } = bench;
  const { request } = rpcProvider(chain.deployment.rpcUrl);
  const modelId = chain.deployment.models[0]?.id as Hex;
  const keeperKey = createBurnerKey();
  const dead = new Set<string>();
  let isReset = false;
  let lives = 0;
  const vouchers = new Map<string, SignedVoucher>();
  const receipts = new Map<string, KnownReceipt>();
  const ledgers = memoryLedgers();

  async function startKeeper(): Promise<{
    readonly keeper: Keeper;
    readonly settlement: Settlement;
    readonly client: string;
  }> {
    lives += 1;
    const client = `keeper-${lives}`;
    const deployment = { ...chain.deployment, rpcUrl: `${server.url}/${client}` };
    const wallet = keyWallet({ deployment, privateKey: keeperKey });
    const settlement = impatient(openSettlement({ deployment, wallet }));
    const inbox = await createVoucherInbox({
      deployment,
      vouchers: memoryTable(vouchers),
      receipts: memoryTable(receipts),
    });
    return { keeper: createKeeper({ chain: settlement, account: wallet.address, inbox, ledgers }), settlement, client };
  }
  let keeper = await startKeeper();
  const { address: account } = keyWallet({ deployment: chain.deployment, privateKey: keeperKey });
  const onNew = rpcProvider(anew.deployment.rpcUrl).request;
  // An account that has gas on both: nothing but the keeper itself stops it there.
  await onNew({ method: 'anvil_setBalance', params: [account, numberToHex(OPEN)] });
  const payerKey = createBurnerKey();
  const tables = memoryPayments(openSettlement({ deployment: chain.deployment }), Date.now);
  /** The page with what the browser stored, opened anew. */
  function openPage(): { readonly client: string; readonly ports: PaymentPorts; readonly wallet: ConnectedWallet } {
    lives += 1;
    const client = `page-${lives}`;
    const deployment = { ...chain.deployment, rpcUrl: `${server.url}/${client}` };
    const wallet = burnerWallet({ deployment, privateKey: payerKey });
    const settlement = impatient(openSettlement({ deployment, wallet }));
    return { client, wallet, ports: { ...tables.ports, deployment, chain: async () => settlement } };
  }
  let page = openPage();
  const payer = page.wallet.address;

  /** Does a step while something breaks; what it throws must have a name. Whether it went through. */
  async function step(name: string, work: () => Promise<unknown>, broken = true): Promise<boolean> {
    const notes: string[] = [];
    if (broken) {
      const judge = faults[part](random, {
        request: (method, params) => request({ method, params }),
        reset() {
          isReset = true;
          server.upstream = anew.deployment.rpcUrl;
        },
        kill: (client) => void dead.add(client),
        note: (what) => void notes.push(what),
      });
      server.judge = (asked) => (dead.has(asked.client) ? 'cut' : judge(asked));
    }
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} has not ended.`)), STUCK_MILLISECONDS);
    });
    try {
      await Promise.race([work(), stuck]);
      note(`${name}${notes.map((what) => ` (${what})`).join('')}`);
      return true;
    } catch (error) {
      const { code, message } = error as TributaryError;
      note(`${name}${notes.map((what) => ` (${what})`).join('')}: ${code}`);
      must(error instanceof TributaryError && code !== 'UNEXPECTED', `${name} fails without a name: ${message}`);
      return false;
    } finally {
      clearTimeout(timer);
      server.judge = (asked) => (dead.has(asked.client) ? 'cut' : 'pass');
      if (dead.has(keeper.client)) keeper = await startKeeper();
      if (dead.has(page.client)) page = openPage();
    }
  }

  /** What was sent is in a block, and what is sent from now on at once: or only later. */
  async function heal(surely: boolean): Promise<void> {
    if (!surely && random.chance(0.5)) return;
    await request({ method: 'evm_setAutomine', params: [true] });
    await request({ method: 'evm_mine', params: [] });
  }

  let asked = 0n;
  async function prepay(amount: bigint): Promise<void> {
    const work = () => setUpPayment({ payer, amount, ports: page.ports, onStep: () => undefined });
    for (let attempt = 0; attempt < ATTEMPTS && !isReset; attempt += 1) {
      // Who tries again does so until it goes through.
      if (await step('prepays', work, attempt < 3)) {
        asked += amount;
        return;
      }
      await heal(attempt >= 3);
    }
    must(isReset, 'What was prepaid cannot be finished.');
  }

  let paid = 0n;
  let answers = 0;
  async function pay(): Promise<void> {
    answers += 1;
    const receipt = word(answers);
    const amount = OPEN;
    const terms = { modelId, price: OPEN, ownerBps: 2_000 };
    const done = await step('pays', async () => {
      await payAnswer({
        payer,
        terms,
        tokens: 1_000,
        receiptDigest: receipt.slice(2),
        ports: page.ports,
      });
    });
    if (done) paid += amount;
    const known = receiptOf({ digest: receipt, amount }, modelId, [
      { account: word(7).slice(0, 42) as Hex, ppm: 1_000_000 },
    ]);
    receipts.set(receipt, known);
    // The keeper hears of what is stored, by whatever way.
    for (const { signed } of tables.vouchers.values()) {
      const voucher = signed as SignedVoucher;
      vouchers.set(voucher.signature, voucher);
    }
    keeper = await startKeeper();
  }

  /** Steps the keeper until it does `kind`, at first while something breaks; undefined for a reset chain. */
  async function settle(kind: KeeperEvent['kind'] | 'nothing'): Promise<void> {
    const seen: string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS && !isReset; attempt += 1) {
      let events: readonly KeeperEvent[] = [];
      const went = await step(
        'keeper',
        async () => {
          events = await keeper.keeper.step();
        },
        attempt < 3,
      );
      seen.push(...events.map((event) => event.kind));
      if (kind === 'nothing' ? went && events.length === 0 : await isSettled(kind)) return;
      await heal(attempt >= 3);
    }
    must(isReset, `The keeper does not come to its end (${kind}): it did ${seen.join(', ') || 'nothing'}.`);
  }
  const rewards = () => openSettlement({ deployment: chain.deployment }).rewards();
  async function isSettled(kind: KeeperEvent['kind']): Promise<boolean> {
    const { pending, nextEpoch } = await rewards();
    return kind === 'proposed' ? pending.status === 'proposed' : pending.status === 'none' && nextEpoch > epoch;
  }

  const { endsAt, now } = await openSettlement({ deployment: chain.deployment }).epoch();
  await chain.advance(endsAt - now + 1);
  const { epoch } = await openSettlement({ deployment: chain.deployment }).epoch();

  await prepay(20n * OPEN);
  const count = 2 + random.below(3);
  for (let turn = 0; turn < count && !isReset; turn += 1) {
    await pay();
    if (random.chance(0.3)) await prepay(5n * OPEN);
    if (random.chance(0.7)) await step('keeper', () => keeper.keeper.step());
    if (!isReset) await heal(false);
  }
  await settle('nothing');
  const { profile } = chain.deployment;
  if (!isReset && paid > 0n) {
    await chain.advance(profile.epochSeconds + profile.graceSeconds);
    await settle('proposed');
  }
  if (!isReset && paid > 0n) {
    await chain.advance(profile.windowSeconds);
    await settle('finalized');
  }

  if (isReset) {
    // Whatever the program goes on to do.
    for (let attempt = 0; attempt < 3; attempt += 1) await step('keeper', () => keeper.keeper.step(), false);
    const sent = Number(await onNew({ method: 'eth_getTransactionCount', params: [account, 'pending'] }));
    must(sent === 0, `The keeper sent ${sent} transactions to a chain that was started anew.`);
    return;
  }

  const books = openSettlement({ deployment: chain.deployment });
  const { escrow } = await books.balances(payer);
  const channels = [...tables.vouchers.values()].map(({ channel }) => channel as Channel);
  const promised = channels.reduce((sum, { cumulative }) => sum + cumulative, 0n);
  must(promised === paid, `${promised} wei were promised for answers of ${paid} wei.`);
  must(escrow === asked - paid, `${asked} wei were prepaid and ${paid} spent, and ${escrow} are left.`);
  const [topic] = [toEventSelector('VoucherRefused(address,bytes32,uint64,uint256,bytes)')];
  const address = chain.deployment.addresses.inferenceEscrow;
  const refused = (await request({
    method: 'eth_getLogs',
    params: [{ address, topics: [topic], fromBlock: numberToHex(0) }],
  })) as readonly unknown[];
  must(refused.length === 0, `${refused.length} vouchers were collected again.`);
  const { current, totalFunded } = await rewards();
  must(current.total === totalFunded, `The root is over ${current.total} wei of ${totalFunded}.`);
  if (paid > 0n) {
    const bonded = await books.bonded({ address: account });
    // The least bond of the local chain.
    must(bonded === 100n * OPEN, `The keeper has bonded ${bonded} wei.`);
    const calls = await rewardsCalls(bench, account);
    for (const name of ['bond', 'propose', 'finalize'])
      must(calls.get(name) === 1, `The keeper has sent ${calls.get(name) ?? 0} times \`${name}\` for one epoch.`);
  }
  const more = await keeper.keeper.step();
  must(more.length === 0, `The keeper had nothing left to do, and did ${more.map(({ kind }) => kind).join(', ')}.`);
}
