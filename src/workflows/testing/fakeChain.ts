// The contracts' rules in memory, for tests of workflows: time that can be moved, an escrow per payer, channels, pools,
// bonded roots with the exact-total rule. What it throws are the contracts' own refusals by code.
import { TributaryError } from '../../lib/errors.ts';
import { type Wei, wei } from '../../lib/units.ts';
import {
  type Address,
  type Collection,
  type Confirmation,
  type ContributionRecord,
  channelKey,
  type Deployment,
  type Hex,
  type ModelRecord,
  type ModelVersion,
  type RewardRoot,
  type Settlement,
  type SignedVoucher,
  splitFee,
} from '../../settlement/index.ts';
import type { PaymentChain } from '../answers/paymentPorts.ts';
import type { EpochChain } from '../epochs/epochPorts.ts';
import { answeringLate } from './answeringLate.ts';

export const word = (value: number | bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;
export const address = (value: number): Address => `0x${value.toString(16).padStart(40, '0')}`;

/** Seconds: epochs of 100, 20 of grace, a window of 50. */
export const PROFILE = { epochSeconds: 100, graceSeconds: 20, windowSeconds: 50, thawSeconds: 300 } as const;

export const DEPLOYMENT: Deployment = {
  chainId: 31337,
  chainName: 'Fake',
  rpcUrl: '',
  genesisHash: word(0xfa),
  fromBlock: 0,
  addresses: { inferenceEscrow: address(0xe5), faucet: address(0xfa) } as Deployment['addresses'],
  profile: PROFILE,
  datanets: [],
  models: [],
};

export interface FakeModel {
  readonly id: Hex;
  readonly owner: Address;
  readonly ownerBps: number;
  readonly price?: bigint;
  readonly status?: ModelRecord['status'];
  readonly rows?: readonly { readonly contributor: Address; readonly rowCount: number }[];
  readonly manifests?: readonly Hex[];
}

export interface FakeAccount {
  escrow: bigint;
  thawing: bigint;
  native: bigint;
  open: bigint;
}

export interface FakeChainParameters {
  readonly models: readonly FakeModel[];
  readonly deployment?: Deployment;
  /** Whose wallet is connected. */
  readonly sender?: Address;
}

export interface FakeChain extends EpochChain, PaymentChain {
  /** Every write and its argument, in order. */
  readonly writes: { readonly name: string; readonly value: unknown }[];
  advance(seconds: number): void;
  setAccount(of: Address, values: Partial<FakeAccount>): void;
  /** Lets the signer of a voucher spend for its payer, without end. */
  allow(signed: Pick<SignedVoucher, 'voucher'>): void;
}

const NOTHING: RewardRoot = {
  root: word(0),
  dataDigest: word(0),
  total: wei(0n),
  epoch: 0n,
  activeAt: 0,
  proposer: address(0),
  bond: wei(0n),
  status: 'none',
};

const refuse = (code: string): never => {
  throw new TributaryError({ code, message: code, hint: 'It is a fake.' });
};

export function createFakeChain({
  models,
  deployment = DEPLOYMENT,
  sender = address(0x5e),
}: FakeChainParameters): FakeChain {
  const writes: { name: string; value: unknown }[] = [];
  const accounts = new Map<string, FakeAccount>();
  const keys = new Map<string, { validUntil: number; cap: bigint; spent: bigint }>();
  const channels = new Map<string, bigint>();
  const collections: Collection[] = [];
  const pools = new Map<bigint, Map<Hex, bigint>>();
  let bonded = 0n;
  let current = NOTHING;
  let pending = NOTHING;
  let nextEpoch = 0n;
  let now = 1_000 * PROFILE.epochSeconds;

  const confirm = (name: string, value?: unknown): Confirmation => {
    writes.push({ name, value });
    return { hash: word(writes.length), blockNumber: BigInt(writes.length), gasUsed: 1n };
  };
  const account = (of: Address): FakeAccount => {
    const key = of.toLowerCase();
    const known = accounts.get(key) ?? { escrow: 10n ** 30n, thawing: 0n, native: 1n, open: 10n ** 30n };
    accounts.set(key, known);
    return known;
  };
  const keyOf = (payer: string, signer: string): string => `${payer}/${signer}`.toLowerCase();
  const running = (): bigint => BigInt(Math.floor(now / PROFILE.epochSeconds));
  const poolOf = (epoch: bigint): Map<Hex, bigint> => pools.get(epoch) ?? new Map<Hex, bigint>();
  const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, amount) => total + amount, 0n);

  return answeringLate({
    deployment,
    writes,
    advance(seconds) {
      now += seconds;
    },
    setAccount(of, values) {
      Object.assign(account(of), values);
    },
    allow({ voucher: { payer, signer } }) {
      keys.set(keyOf(payer, signer), { validUntil: Number.MAX_SAFE_INTEGER, cap: 10n ** 28n, spent: 0n });
    },

    async balances(of) {
      const { escrow: prepaid, thawing, native, open } = account(of);
      return {
        native,
        open: wei(open),
        escrow: wei(prepaid),
        thawing: wei(thawing),
        thawEnd: 0,
        credits: wei(0n),
      };
    },
    async faucet({ address: of }) {
      Object.assign(account(of), { native: 10n ** 19n, open: account(of).open + 10n ** 21n });
      return confirm('faucet', of);
    },
    async deposit({ amount }) {
      const { open, escrow: prepaid } = account(sender);
      if (open < amount) refuse('OPEN_INSUFFICIENT_BALANCE');
      Object.assign(account(sender), { open: open - amount, escrow: prepaid + amount });
      return confirm('deposit', amount);
    },
    async deposited({ afterBlock }) {
      const amounts = writes
        .map(({ name, value }, index) => ({ name, value, block: BigInt(index + 1) }))
        .filter(({ name, block }) => name === 'deposit' && block > afterBlock)
        .map(({ value }) => value as bigint);
      return wei(sum(amounts));
    },
    async health() {
      return { state: 'ready', blockNumber: BigInt(writes.length) };
    },
    async transaction() {
      return 'confirmed';
    },
    async waitForTransaction({ hash }) {
      return { hash, blockNumber: 1n, gasUsed: 1n };
    },
    async unmined() {
      return 0;
    },
    async sessionKey({ payer, signer }) {
      const { validUntil, cap, spent } = keys.get(keyOf(payer, signer)) ?? { validUntil: 0, cap: 0n, spent: 0n };
      return { validUntil, cap: wei(cap), spent: wei(spent) };
    },
    async setSessionKey({ signer, validUntil, cap }) {
      const { spent } = keys.get(keyOf(sender, signer)) ?? { spent: 0n };
      keys.set(keyOf(sender, signer), { validUntil, cap, spent });
      return confirm('setSessionKey', { signer, validUntil, cap });
    },
    async revokeSessionKey({ signer }) {
      const key = keys.get(keyOf(sender, signer));
      if (key !== undefined) key.validUntil = Math.min(key.validUntil, now);
      return confirm('revokeSessionKey', signer);
    },
    async collected(channel) {
      return wei(channels.get(channelKey(channel)) ?? 0n);
    },
    async collect({ vouchers }) {
      const collected: { index: number; voucher: (typeof vouchers)[number]['voucher']; amount: Wei }[] = [];
      const refused: { index: number; voucher: (typeof vouchers)[number]['voucher']; reason: string }[] = [];
      for (const [index, { voucher }] of vouchers.entries()) {
        const { payer, signer, modelId, epoch, cumulative, receiptsRoot } = voucher;
        const model = models.find(({ id }) => id === modelId);
        const before = channels.get(channelKey(voucher)) ?? 0n;
        const payerAccount = account(payer);
        const closesAt = Number(epoch + 1n) * PROFILE.epochSeconds + PROFILE.graceSeconds;
        const owed = cumulative - before;
        const key = keys.get(keyOf(payer, signer));
        const drawn = owed < payerAccount.escrow ? owed : payerAccount.escrow;
        const capLeft = key === undefined ? drawn : key.cap - key.spent;
        // biome-ignore lint/complexity/useMathMinMax: Math.min knows no bigint.
        const amount = drawn < capLeft ? drawn : capLeft;
        const reason =
          model === undefined
            ? 'UNKNOWN_MODEL'
            : now >= closesAt
              ? 'EPOCH_CLOSED'
              : epoch > running()
                ? 'EPOCH_IN_FUTURE'
                : owed <= 0n
                  ? 'VOUCHER_STALE'
                  : capLeft === 0n && drawn > 0n
                    ? 'KEY_CAP_EXCEEDED'
                    : amount === 0n
                      ? 'ESCROW_INSUFFICIENT_BALANCE'
                      : undefined;
        if (reason !== undefined || model === undefined) {
          refused.push({ index, voucher, reason: reason ?? '' });
          continue;
        }
        payerAccount.escrow -= amount;
        if (key !== undefined) key.spent += amount;
        channels.set(channelKey(voucher), before + amount);
        collections.push({ payer, signer, modelId, epoch, amount: wei(amount), receiptsRoot });
        const pool = poolOf(epoch);
        const { contributors } = splitFee({ amount, ownerBps: model.ownerBps });
        pools.set(epoch, pool.set(modelId, (pool.get(modelId) ?? 0n) + contributors));
        collected.push({ index, voucher, amount: wei(amount) });
      }
      const total = wei(sum(collected.map(({ amount }) => amount)));
      return { ...confirm('collect', vouchers.length), total, collected, refused };
    },
    async epoch() {
      const startsAt = Math.floor(now / PROFILE.epochSeconds) * PROFILE.epochSeconds;
      const endsAt = startsAt + PROFILE.epochSeconds;
      return { epoch: running(), startsAt, endsAt, closesAt: endsAt + PROFILE.graceSeconds, now };
    },
    async pool({ epoch }) {
      const amounts = [...poolOf(epoch)];
      return {
        epoch,
        total: wei(sum(amounts.map(([, amount]) => amount))),
        models: amounts.map(([modelId, amount]) => ({ modelId, amount: wei(amount) })),
      };
    },
    async fundedEpochs({ from }) {
      return [...pools.keys()].filter((epoch) => epoch >= from).sort((a, b) => (a < b ? -1 : 1));
    },
    async collections({ epoch }) {
      return collections.filter((collection) => collection.epoch === epoch);
    },
    async rewards() {
      return { current, pending, nextEpoch, totalFunded: current.total, totalClaimed: wei(0n) };
    },
    async requiredBond() {
      return wei(100n);
    },
    async bonded() {
      return wei(bonded);
    },
    async bond({ amount }) {
      bonded += amount;
      return confirm('bond', amount);
    },
    async propose({ ledger, dataDigest }) {
      const { epoch, root, total } = ledger;
      if (pending.status !== 'none') refuse('REWARDS_PENDING');
      if (now < Number(epoch + 1n) * PROFILE.epochSeconds + PROFILE.graceSeconds) refuse('REWARDS_EPOCH_OPEN');
      if (total !== current.total + sum(poolOf(epoch).values())) refuse('REWARDS_WRONG_TOTAL');
      if (bonded < 100n) refuse('REWARDS_NOT_BONDED');
      const activeAt = now + PROFILE.windowSeconds;
      pending = { ...NOTHING, root, dataDigest, total, epoch, activeAt, status: 'proposed' };
      return confirm('propose', { root, dataDigest });
    },
    async finalize() {
      if (pending.status !== 'proposed' || now < pending.activeAt) refuse('WINDOW_OPEN');
      current = { ...pending, status: 'final' };
      nextEpoch = pending.epoch + 1n;
      pending = NOTHING;
      return confirm('finalize', current.epoch);
    },
    async models() {
      return models.map(({ id, owner, ownerBps, price = 10n ** 18n, status = 'active', manifests = [] }) => ({
        id,
        owner,
        status,
        ownerBps,
        price: wei(price),
        datanets: [id],
        baseModelDigest: word(0),
        specificationDigest: word(0),
        versions: manifests.length,
      }));
    },
    async versions({ modelId }) {
      const manifests = models.find(({ id }) => id === modelId)?.manifests ?? [];
      return manifests.map(
        (manifestDigest, index): ModelVersion => ({
          modelId,
          version: index + 1,
          adapterDigest: word(0),
          manifestDigest,
          trainSetRoot: word(0),
          at: 0,
        }),
      );
    },
    async contributions({ datanetId }) {
      const rows = models.find(({ id }) => id === datanetId)?.rows ?? [];
      return rows.map(
        ({ contributor, rowCount }, index): ContributionRecord => ({
          datanetId,
          index,
          contributor,
          rowsRoot: word(0),
          headerDigest: word(index),
          rowCount,
          stake: wei(0n),
          at: 0,
          status: 'accepted',
        }),
      );
    },
  } satisfies Partial<Settlement> & FakeChain);
}
