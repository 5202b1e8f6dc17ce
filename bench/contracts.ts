// Gas of each action, measured on a fresh local chain with real transactions, and how long the chain takes to be ready.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  burnerWallet,
  createBurnerKey,
  createSessionKey,
  encodeLedger,
  epochLedger,
  type Hex,
  nextVoucher,
  openSettlement,
  type SignedVoucher,
  signVoucher,
} from '../src/settlement/index.ts';
import { type Devnet, rpcProvider, startDevnet } from '../tools/devnet.ts';

export const NAME = 'contracts';

const OPEN = 10n ** 18n;
const PAYERS = 50;
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;

interface Result {
  readonly rows: { name: string; value: number; unit: string }[];
  readonly checks: { name: string; measured: number; required: string; pass: boolean }[];
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)));
    });
  });
}

async function measure({ deployment, operator }: Devnet, rows: Result['rows']): Promise<Map<string, number>> {
  const gas = new Map<string, number>();
  const note = (action: string, used: bigint, divisor = 1): void => {
    gas.set(action, Math.round(Number(used) / divisor));
    rows.push({ name: action, value: Math.round(Number(used) / divisor), unit: 'gas' });
  };
  const { request } = rpcProvider(deployment.rpcUrl);
  const advance = async (seconds: number): Promise<void> => {
    await request({ method: 'evm_increaseTime', params: [seconds] });
    await request({ method: 'evm_mine', params: [] });
  };
  const keeper = openSettlement({ deployment, wallet: operator });
  const { datanetId, gasUsed } = await keeper.createDatanet({ slug: 'bench', metadataDigest: word(1) });
  note('create a datanet', gasUsed);
  const rowsOf = { datanetId, rowsRoot: word(2), headerDigest: word(3), rowCount: 50 };
  note('contribute', (await keeper.contribute(rowsOf)).gasUsed);
  const proposed = await keeper.proposeModel({
    slug: 'bench',
    datanets: [datanetId],
    baseModelDigest: word(4),
    specificationDigest: word(5),
    ownerBps: 2_000,
    price: OPEN,
  });
  note('propose a model', proposed.gasUsed);
  const { modelId } = proposed;
  const version = { modelId, adapterDigest: word(6), manifestDigest: word(7), trainSetRoot: word(8) };
  note('publish a version', (await keeper.publishVersion(version)).gasUsed);

  const { epoch } = await keeper.epoch();
  const vouchers: SignedVoucher[] = [];
  let signing = 0;
  const contributor = burnerWallet({ deployment, privateKey: createBurnerKey() });
  await keeper.faucet({ address: contributor.address });
  for (let index = 0; index <= PAYERS; index += 1) {
    const wallet = burnerWallet({ deployment, privateKey: createBurnerKey() });
    const payer = openSettlement({ deployment, wallet });
    await payer.faucet({ address: wallet.address });
    const deposit = await payer.deposit({ amount: 10n * OPEN });
    const key = createSessionKey();
    const set = await payer.setSessionKey({ signer: key.address, validUntil: 4_000_000_000, cap: 10n * OPEN });
    if (index === 0) {
      note('deposit with permit', deposit.gasUsed);
      note('set a session key', set.gasUsed);
    }
    const next = nextVoucher({
      channel: undefined,
      payer: wallet.address,
      signer: key.address,
      modelId,
      epoch,
      amount: OPEN,
      receiptDigest: word(100 + index),
    });
    const start = performance.now();
    vouchers.push(await signVoucher({ deployment, ...next, key }));
    signing += performance.now() - start;
  }
  rows.push({ name: 'sign a voucher', value: signing / vouchers.length, unit: 'ms' });
  const [first, ...others] = vouchers;
  note(
    'collect the first voucher of all',
    (await keeper.collect({ vouchers: first === undefined ? [] : [first] })).gasUsed,
  );
  const batch = await keeper.collect({ vouchers: others });
  if (batch.collected.length !== PAYERS)
    throw new Error(`${batch.collected.length} of ${PAYERS} vouchers were collected`);
  note(`collect ${PAYERS} vouchers, each`, batch.gasUsed, PAYERS);

  await advance(deployment.profile.epochSeconds + deployment.profile.graceSeconds);
  const pool = await keeper.pool({ epoch });
  const receipts = vouchers.map((_, index) => ({
    digest: word(100 + index),
    modelId,
    amount: OPEN,
    shares: [
      { account: contributor.address, ppm: 500_000 },
      { account: `0x${(index + 1).toString(16).padStart(40, '0')}` as const, ppm: 500_000 },
    ],
  }));
  const ledger = epochLedger({ epoch, receipts, pools: pool.models });
  const { bytes, digest } = encodeLedger(ledger);
  note('bond', (await keeper.bond({ amount: await keeper.requiredBond({ epoch }) })).gasUsed);
  note('propose a root', (await keeper.propose({ ledger, dataDigest: digest })).gasUsed);
  await advance(deployment.profile.windowSeconds);
  note('finalise a root', (await keeper.finalize()).gasUsed);
  const claimant = openSettlement({ deployment, wallet: contributor, ledgerSource: async () => bytes });
  note(`claim from ${ledger.accounts.length} accounts`, (await claimant.claim()).gasUsed);
  return gas;
}

export async function run(): Promise<Result> {
  const directory = mkdtempSync(path.join(tmpdir(), 'tributary-bench-'));
  const rows: Result['rows'] = [];
  const start = performance.now();
  const devnet = await startDevnet({ stateDirectory: directory, port: await freePort() });
  const ready = performance.now() - start;
  try {
    rows.push({ name: 'chain started and contracts deployed', value: ready, unit: 'ms' });
    const gas = await measure(devnet, rows);
    const perVoucher = gas.get(`collect ${PAYERS} vouchers, each`) ?? Number.POSITIVE_INFINITY;
    rows.push({ name: 'the same per answer, at 1,000 answers a voucher', value: perVoucher / 1_000, unit: 'gas' });
    const claim = [...gas].find(([action]) => action.startsWith('claim'))?.[1] ?? Number.POSITIVE_INFINITY;
    return {
      rows,
      checks: [
        { name: 'chain ready', measured: ready, required: '< 5000 ms', pass: ready < 5_000 },
        { name: 'gas per voucher in a batch', measured: perVoucher, required: '<= 80000', pass: perVoucher <= 80_000 },
        { name: 'gas of a claim', measured: claim, required: '<= 130000', pass: claim <= 130_000 },
      ],
    };
  } finally {
    await devnet.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
