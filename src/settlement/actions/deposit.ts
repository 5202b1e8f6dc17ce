// Pays OPEN into the prepaid account.
import { parseSignature } from 'viem';
import { getBlock, readContract } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import { approve, isApproved } from '../client/approve.ts';
import { ask } from '../client/ask.ts';
import type { Confirmation } from '../client/awaitTransaction.ts';
import { clockTag } from '../client/clockTag.ts';
import { read } from '../client/read.ts';
import { requireWallet } from '../client/requireWallet.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { type WriteErrorType, write } from '../client/write.ts';
import type { ContractErrorCode } from '../contractErrors.ts';
import type { WriteOptions } from '../types/options.ts';

export interface DepositParameters extends WriteOptions {
  /** Wei of OPEN. */
  readonly amount: bigint;
}

export type DepositReturnType = Confirmation;

export type DepositErrorType =
  | WriteErrorType
  | ContractErrorCode<'ERC20InsufficientBalance' | 'ERC2612ExpiredSignature' | 'ERC2612InvalidSigner'>;

/** How long a permit can be used, in seconds. */
const PERMIT_SECONDS = 3_600n;
/** EIP-1193 and JSON-RPC: the wallet does not support `eth_signTypedData_v4`. */
const UNSUPPORTED_METHOD_CODES = [4200, -32601];

const permitTypes = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
};

/** An ERC-2612 permit for the escrow, or undefined when the wallet cannot sign typed data. */
async function signPermit(client: SettlementClient, amount: bigint) {
  const { rpc, deployment, contracts } = client;
  const { openToken, inferenceEscrow } = deployment.addresses;
  const wallet = requireWallet(client);
  const owner = wallet.address;
  const [nonce, block] = await Promise.all([
    readContract(rpc, { ...contracts.openToken, functionName: 'nonces', args: [owner] }),
    getBlock(rpc, { blockTag: clockTag(deployment) }),
  ]);
  // By the chain's clock: this machine's may be wrong.
  const deadline = block.timestamp + PERMIT_SECONDS;
  try {
    const signature = await wallet.signTypedData({
      domain: { name: 'Open', version: '1', chainId: deployment.chainId, verifyingContract: openToken },
      types: permitTypes,
      primaryType: 'Permit',
      message: { owner, spender: inferenceEscrow, value: amount, nonce, deadline },
    });
    const { r, s, yParity } = parseSignature(signature);
    return { deadline, r, s, v: 27 + yParity };
  } catch (error) {
    if (error instanceof TributaryError && UNSUPPORTED_METHOD_CODES.includes(error.facts['rpcCode'] as number)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * One signature and one transaction where the wallet signs permits; otherwise two transactions, `approve` and `deposit`. An
 * approval that an earlier try left is used.
 */
export async function deposit(
  client: SettlementClient,
  { amount, ...options }: DepositParameters,
): Promise<DepositReturnType> {
  const { openToken, inferenceEscrow } = client.contracts;
  const owner = requireWallet(client).address;
  const approval = { spender: inferenceEscrow.address, amount };
  const [balance, approved] = await Promise.all([
    read(client, { ...openToken, functionName: 'balanceOf', args: [owner] }, options),
    isApproved(client, approval, options),
  ]);
  if (balance < amount) {
    throw new TributaryError({
      code: 'OPEN_INSUFFICIENT_BALANCE' satisfies DepositErrorType,
      message: 'The account has less OPEN than that.',
      facts: { balance: balance.toString(), needed: amount.toString() },
      hint: 'Lower the amount, or get OPEN first.',
    });
  }
  const permit = approved ? undefined : await ask(() => signPermit(client, amount), options);
  if (permit !== undefined) {
    const { deadline, v, r, s } = permit;
    const args = [amount, deadline, v, r, s] as const;
    return (await write(client, { ...inferenceEscrow, functionName: 'depositWithPermit', args }, options)).confirmation;
  }
  if (!approved) await approve(client, approval, options);
  return (await write(client, { ...inferenceEscrow, functionName: 'deposit', args: [amount] }, options)).confirmation;
}
