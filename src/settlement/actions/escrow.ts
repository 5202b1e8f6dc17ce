// Money in and out of the prepaid account, session keys, collection.
import { numberToHex, parseEventLogs, parseSignature } from 'viem';
import { getBalance, getBlock, readContract } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import { wei } from '../../lib/units.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { localFaucetAbi } from '../abi/localFaucet.ts';
import { openTokenAbi } from '../abi/openToken.ts';
import { LOCAL_CHAIN_ID } from '../localChain.ts';
import { revertError } from '../settlementError.ts';
import type { Address, CollectResult, Hex, Settlement } from '../types.ts';
import { type ActionContext, ask, clockTag, confirmation, read, requireWallet, write } from './context.ts';

type EscrowActions = Pick<
  Settlement,
  | 'balances'
  | 'faucet'
  | 'deposit'
  | 'thaw'
  | 'cancelThaw'
  | 'withdraw'
  | 'withdrawCredits'
  | 'sessionKey'
  | 'setSessionKey'
  | 'revokeSessionKey'
  | 'collected'
  | 'collect'
>;

/** Gas money that the local faucet gives: 10 coins. */
const FAUCET_NATIVE = 10n * 10n ** 18n;
/** How long a permit for a deposit can be used, in seconds. */
const PERMIT_SECONDS = 3_600n;

export function escrowActions(context: ActionContext): EscrowActions {
  const { client, deployment } = context;
  const { openToken, inferenceEscrow } = deployment.addresses;
  const escrow = { address: inferenceEscrow, abi: inferenceEscrowAbi } as const;
  const token = { address: openToken, abi: openTokenAbi } as const;

  /** An ERC-2612 permit for the escrow, or undefined when the wallet cannot sign typed data (4200, -32601). */
  async function permit(amount: bigint, owner: Address) {
    const [nonce, block] = await Promise.all([
      readContract(client, { ...token, functionName: 'nonces', args: [owner] }),
      getBlock(client, { blockTag: clockTag(context) }),
    ]);
    // By the chain's clock: this machine's may be wrong.
    const deadline = block.timestamp + PERMIT_SECONDS;
    try {
      const signature = await requireWallet(context).signTypedData({
        domain: { name: 'Open', version: '1', chainId: deployment.chainId, verifyingContract: openToken },
        types: {
          Permit: [
            { name: 'owner', type: 'address' },
            { name: 'spender', type: 'address' },
            { name: 'value', type: 'uint256' },
            { name: 'nonce', type: 'uint256' },
            { name: 'deadline', type: 'uint256' },
          ],
        },
        primaryType: 'Permit',
        message: { owner, spender: inferenceEscrow, value: amount, nonce, deadline },
      });
      const { r, s, yParity } = parseSignature(signature);
      return { deadline, r, s, v: 27 + yParity };
    } catch (error) {
      if (!(error instanceof TributaryError) || ![4200, -32601].includes(error.facts['rpcCode'] as number)) throw error;
      return undefined;
    }
  }

  return {
    async balances(address, options) {
      const [native, open, [escrowed, thawing, thawEnd], credits] = await ask(
        () =>
          Promise.all([
            getBalance(client, { address }),
            readContract(client, { ...token, functionName: 'balanceOf', args: [address] }),
            readContract(client, { ...escrow, functionName: 'accounts', args: [address] }),
            readContract(client, { ...escrow, functionName: 'credits', args: [address] }),
          ]),
        options,
      );
      return {
        native,
        open: wei(open),
        escrow: wei(escrowed),
        thawing: wei(thawing),
        thawEnd: thawing === 0n ? 0 : Number(thawEnd),
        credits: wei(credits),
      };
    },

    async faucet({ address, ...options }) {
      const { faucet } = deployment.addresses;
      if (deployment.chainId !== LOCAL_CHAIN_ID || faucet === undefined) {
        throw new TributaryError({
          code: 'FAUCET_LOCAL_ONLY',
          message: 'Test money exists on the local chain only.',
          facts: { chainId: deployment.chainId },
          hint: 'Buy or receive OPEN on this chain.',
        });
      }
      // anvil sets balances by RPC; without gas money a new account could not even ask the faucet.
      const method = 'anvil_setBalance' as never;
      for (const account of new Set([address, requireWallet(context).address])) {
        const balance = await ask(() => getBalance(client, { address: account }), options);
        if (balance >= FAUCET_NATIVE) continue;
        await ask(() => client.request({ method, params: [account, numberToHex(FAUCET_NATIVE)] as never }), options);
      }
      const call = { address: faucet, abi: localFaucetAbi, functionName: 'drip', args: [address] } as const;
      return confirmation(await write(context, call, options));
    },

    async deposit({ amount, ...options }) {
      const owner = requireWallet(context).address;
      const balance = await read(context, { ...token, functionName: 'balanceOf', args: [owner] }, options);
      if (balance < amount) {
        throw new TributaryError({
          code: 'OPEN_INSUFFICIENT_BALANCE',
          message: 'The account holds less OPEN than that.',
          facts: { balance: balance.toString(), needed: amount.toString() },
          hint: 'Lower the amount, or get OPEN first.',
        });
      }
      const signed = await ask(() => permit(amount, owner), options);
      if (signed !== undefined) {
        const { deadline, v, r, s } = signed;
        const args = [amount, deadline, v, r, s] as const;
        return confirmation(await write(context, { ...escrow, functionName: 'depositWithPermit', args }, options));
      }
      await write(context, { ...token, functionName: 'approve', args: [inferenceEscrow, amount] }, options);
      return confirmation(await write(context, { ...escrow, functionName: 'deposit', args: [amount] }, options));
    },

    async thaw({ amount, ...options }) {
      return confirmation(await write(context, { ...escrow, functionName: 'thaw', args: [amount] }, options));
    },

    async cancelThaw(options) {
      return confirmation(await write(context, { ...escrow, functionName: 'cancelThaw', args: [] }, options));
    },

    async withdraw(options) {
      return confirmation(await write(context, { ...escrow, functionName: 'withdraw', args: [] }, options));
    },

    async withdrawCredits({ address, ...options }) {
      return confirmation(
        await write(context, { ...escrow, functionName: 'withdrawCredits', args: [address] }, options),
      );
    },

    async sessionKey({ payer, signer, ...options }) {
      const call = { ...escrow, functionName: 'sessionKeys', args: [payer, signer] } as const;
      const [validUntil, cap, spent] = await read(context, call, options);
      return { validUntil: Number(validUntil), cap: wei(cap), spent: wei(spent) };
    },

    async setSessionKey({ signer, validUntil, cap, ...options }) {
      const args = [signer, BigInt(validUntil), cap] as const;
      return confirmation(await write(context, { ...escrow, functionName: 'setSessionKey', args }, options));
    },

    async revokeSessionKey({ signer, ...options }) {
      return confirmation(
        await write(context, { ...escrow, functionName: 'revokeSessionKey', args: [signer] }, options),
      );
    },

    async collected({ payer, modelId, epoch, ...options }) {
      const call = { ...escrow, functionName: 'channels', args: [payer, modelId, epoch] } as const;
      const [amount] = await read(context, call, options);
      return wei(amount);
    },

    async collect({ vouchers, ...options }): Promise<CollectResult> {
      const args = [
        vouchers.map(({ voucher }) => voucher),
        vouchers.map(({ signer }) => signer),
        vouchers.map(({ signature }) => signature),
      ] as const;
      const result = await write(context, { ...escrow, functionName: 'collect', args }, options);
      const { logs } = result.receipt;
      const key = ({ payer, modelId, epoch }: { payer: Address; modelId: Hex; epoch: bigint }): string =>
        `${payer}${modelId}${epoch}`.toLowerCase();
      const refused = parseEventLogs({ abi: inferenceEscrowAbi, eventName: 'VoucherRefused', logs }).flatMap(
        ({ args }) => {
          const given = vouchers[Number(args.index)];
          if (given === undefined) return [];
          return [{ index: Number(args.index), voucher: given.voucher, reason: revertError(args.reason).code }];
        },
      );
      const refusedIndices = new Set(refused.map(({ index }) => index));
      // Vouchers are drawn in order, so the events of those that were not refused come in order as well.
      const rest = vouchers
        .map(({ voucher }, index) => ({ voucher, index }))
        .filter(({ index }) => !refusedIndices.has(index));
      const collected = parseEventLogs({ abi: inferenceEscrowAbi, eventName: 'VoucherCollected', logs }).map(
        ({ args }, order) => {
          const { voucher, index } = rest[order] ?? { voucher: undefined, index: -1 };
          if (voucher === undefined || key(voucher) !== key(args)) {
            throw new TributaryError({
              code: 'COLLECT_EVENTS',
              message: 'The chain reports a collection that was not asked for.',
              facts: { payer: args.payer, modelId: args.modelId, epoch: args.epoch.toString() },
              hint: 'Check that the addresses of the contracts are right.',
            });
          }
          return { index, voucher, amount: wei(args.amount) };
        },
      );
      const total = wei(collected.reduce((sum, { amount }) => sum + amount, 0n));
      return { ...confirmation(result), total, collected, refused };
    },
  };
}
