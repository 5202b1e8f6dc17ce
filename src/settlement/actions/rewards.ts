// Epochs, pools, roots, bonds and claims.
import { getAbiItem } from 'viem';
import { getBlock, readContract } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import { wei } from '../../lib/units.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { openTokenAbi } from '../abi/openToken.ts';
import { rewardsDistributorAbi } from '../abi/rewardsDistributor.ts';
import { ledgerTree } from '../epochLedger.ts';
import { decodeLedger } from '../ledgerCodec.ts';
import { settlementError } from '../settlementError.ts';
import type { Address, Claimable, Hex, ReadOptions, RewardRoot, RootStatus, Settlement } from '../types.ts';
import { type ActionContext, ask, clockTag, confirmation, read, readLogs, requireWallet, write } from './context.ts';

type RewardActions = Pick<
  Settlement,
  | 'epoch'
  | 'pool'
  | 'fundedEpochs'
  | 'collections'
  | 'rewards'
  | 'requiredBond'
  | 'bonded'
  | 'bond'
  | 'propose'
  | 'challenge'
  | 'finalize'
  | 'claimable'
  | 'claim'
>;

const statuses: readonly RootStatus[] = ['none', 'proposed', 'challenged', 'final'];

function toRoot(root: {
  root: Hex;
  dataDigest: Hex;
  total: bigint;
  bond: bigint;
  activeAt: bigint;
  epoch: bigint;
  proposer: Address;
  status: number;
}): RewardRoot {
  return {
    root: root.root,
    dataDigest: root.dataDigest,
    total: wei(root.total),
    epoch: root.epoch,
    activeAt: Number(root.activeAt),
    proposer: root.proposer,
    bond: wei(root.bond),
    status: statuses[root.status] ?? 'none',
  };
}

export function rewardActions(context: ActionContext): RewardActions {
  const { client, deployment } = context;
  const { openToken, inferenceEscrow, rewardsDistributor } = deployment.addresses;
  const escrow = { address: inferenceEscrow, abi: inferenceEscrowAbi } as const;
  const distributor = { address: rewardsDistributor, abi: rewardsDistributorAbi } as const;

  async function claimable({ address, ...options }: { readonly address: Address } & ReadOptions): Promise<Claimable> {
    const [current, claimed] = await ask(
      () =>
        Promise.all([
          readContract(client, { ...distributor, functionName: 'current' }),
          readContract(client, { ...distributor, functionName: 'claimed', args: [address] }),
        ]),
      options,
    );
    const nothing: Claimable = { amount: wei(0n), cumulative: wei(claimed), claimed: wei(claimed), proof: [] };
    if (current.total === 0n) return nothing;

    const digest = current.dataDigest;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await context.ledgerSource?.(digest, options.signal === undefined ? {} : { signal: options.signal });
    } catch (error) {
      // The reason belongs to the source (peers, server); the cause keeps it.
      throw unavailable(digest, error);
    }
    if (bytes === undefined) throw unavailable(digest);
    const ledger = decodeLedger({ bytes, digest });
    if (ledger.root !== current.root) {
      throw new TributaryError({
        code: 'LEDGER_WRONG_ROOT',
        message: 'The published ledger does not give the root that is on chain.',
        facts: { epoch: current.epoch.toString(), ledgerRoot: ledger.root, root: current.root },
        hint: 'The proposer published false data: report it. What you earned stays recorded in the receipts.',
      });
    }
    const index = ledger.accounts.findIndex(({ account }) => account.toLowerCase() === address.toLowerCase());
    const entry = ledger.accounts[index];
    if (entry === undefined) return nothing;
    const amount = entry.cumulative > claimed ? entry.cumulative - claimed : 0n;
    return {
      amount: wei(amount),
      cumulative: entry.cumulative,
      claimed: wei(claimed),
      proof: ledgerTree(ledger.accounts).proof(index),
    };
  }

  return {
    async epoch(options) {
      const blockTag = clockTag(context);
      const [epoch, block] = await ask(
        () =>
          Promise.all([
            readContract(client, { ...escrow, functionName: 'currentEpoch', blockTag }),
            getBlock(client, { blockTag }),
          ]),
        options,
      );
      const { epochSeconds, graceSeconds } = deployment.profile;
      const startsAt = Number(await read(context, { ...escrow, functionName: 'startsAt', args: [epoch] }, options));
      const endsAt = startsAt + epochSeconds;
      return { epoch, startsAt, endsAt, closesAt: endsAt + graceSeconds, now: Number(block.timestamp) };
    },

    async pool({ epoch, ...options }) {
      const event = getAbiItem({ abi: rewardsDistributorAbi, name: 'Funded' });
      const logs = await readLogs(context, { address: rewardsDistributor, event, args: { epoch } }, options);
      const models = new Map<Hex, bigint>();
      for (const { args } of logs) models.set(args.modelId, (models.get(args.modelId) ?? 0n) + args.toContributors);
      const total = [...models.values()].reduce((sum, amount) => sum + amount, 0n);
      return {
        epoch,
        total: wei(total),
        models: [...models].map(([modelId, amount]) => ({ modelId, amount: wei(amount) })),
      };
    },

    async fundedEpochs({ from, ...options }) {
      const event = getAbiItem({ abi: rewardsDistributorAbi, name: 'Funded' });
      const logs = await readLogs(context, { address: rewardsDistributor, event }, options);
      const epochs = new Set(logs.map(({ args }) => args.epoch).filter((epoch) => epoch >= from));
      return [...epochs].sort((a, b) => (a < b ? -1 : 1));
    },

    async collections({ epoch, ...options }) {
      const event = getAbiItem({ abi: inferenceEscrowAbi, name: 'VoucherCollected' });
      const logs = await readLogs(context, { address: inferenceEscrow, event, args: { epoch } }, options);
      return logs.map(({ args: { payer, modelId, amount, receiptsRoot } }) => ({
        payer,
        modelId,
        epoch,
        amount: wei(amount),
        receiptsRoot,
      }));
    },

    async rewards(options) {
      const [current, pending, nextEpoch, totalFunded, totalClaimed] = await ask(
        () =>
          Promise.all([
            readContract(client, { ...distributor, functionName: 'current' }),
            readContract(client, { ...distributor, functionName: 'pending' }),
            readContract(client, { ...distributor, functionName: 'nextEpoch' }),
            readContract(client, { ...distributor, functionName: 'totalFunded' }),
            readContract(client, { ...distributor, functionName: 'totalClaimed' }),
          ]),
        options,
      );
      return {
        current: toRoot(current),
        pending: toRoot(pending),
        nextEpoch,
        totalFunded: wei(totalFunded),
        totalClaimed: wei(totalClaimed),
      };
    },

    async requiredBond({ epoch, ...options }) {
      return wei(await read(context, { ...distributor, functionName: 'requiredBond', args: [epoch] }, options));
    },

    async bonded({ address, ...options }) {
      const { bonded, locked } = await read(
        context,
        { ...distributor, functionName: 'attestor', args: [address] },
        options,
      );
      return wei(bonded - locked);
    },

    async bond({ amount, ...options }) {
      const approve = { address: openToken, abi: openTokenAbi, functionName: 'approve' } as const;
      await write(context, { ...approve, args: [rewardsDistributor, amount] }, options);
      return confirmation(await write(context, { ...distributor, functionName: 'bond', args: [amount] }, options));
    },

    async propose({ ledger, dataDigest, ...options }) {
      const args = [ledger.epoch, ledger.root, ledger.total, dataDigest] as const;
      return confirmation(await write(context, { ...distributor, functionName: 'propose', args }, options));
    },

    async challenge({ evidenceDigest, ...options }) {
      const { bond } = await read(context, { ...distributor, functionName: 'pending', args: [] }, options);
      const approve = { address: openToken, abi: openTokenAbi, functionName: 'approve' } as const;
      await write(context, { ...approve, args: [rewardsDistributor, bond] }, options);
      const call = { ...distributor, functionName: 'challenge', args: [evidenceDigest] } as const;
      return confirmation(await write(context, call, options));
    },

    async finalize(options) {
      return confirmation(await write(context, { ...distributor, functionName: 'finalize', args: [] }, options));
    },

    claimable,

    async claim(options) {
      const { address } = requireWallet(context);
      const { amount, cumulative, proof } = await claimable({ address, signal: options?.signal });
      if (amount === 0n) {
        throw new TributaryError({
          code: 'REWARDS_NOTHING_TO_CLAIM',
          message: 'Everything that is yours was claimed already.',
          facts: { address },
          hint: 'Come back after the next epoch.',
        });
      }
      const args = [address, cumulative, proof, address] as const;
      return {
        ...confirmation(await write(context, { ...distributor, functionName: 'claim', args }, options)),
        amount,
      };
    },
  };
}

function unavailable(digest: Hex, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'LEDGER_UNAVAILABLE',
    message: 'The ledger behind the current root could not be fetched.',
    facts: { digest },
    hint: 'Connect to a relay or peer that keeps it, then try again; the claim does not expire.',
    ...(cause === undefined ? {} : { cause: settlementError(cause) }),
  });
}
