// What every action is handed, and the three things that all of them do: read, write, read logs.
import {
  type Abi,
  type AbiEvent,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Log,
  type TransactionReceipt,
} from 'viem';
import {
  estimateGas,
  getBlockNumber,
  getLogs,
  readContract,
  simulateContract,
  waitForTransactionReceipt,
} from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import type { ChainClient } from '../chainClient.ts';
import { LOCAL_CHAIN_ID } from '../localChain.ts';
import { settlementError } from '../settlementError.ts';
import type {
  Address,
  Confirmation,
  ConnectedWallet,
  Deployment,
  Hex,
  LedgerSource,
  ReadOptions,
  WriteOptions,
} from '../types.ts';

export interface ActionContext {
  readonly deployment: Deployment;
  readonly client: ChainClient;
  readonly wallet: ConnectedWallet | undefined;
  readonly ledgerSource: LedgerSource | undefined;
}

/**
 * The block whose clock reads go by. A local chain mines on demand, so its last block may be an hour old and only the next one
 * knows the time; on public chains the last one is seconds old, and not every node knows a pending one.
 */
export function clockTag({ deployment }: ActionContext): 'pending' | 'latest' {
  return deployment.chainId === LOCAL_CHAIN_ID ? 'pending' : 'latest';
}

/** Rejects as soon as `signal` aborts; the request itself may still run to its end. */
async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Runs a request to the chain; whatever it throws becomes a TributaryError. */
export async function ask<Value>(action: () => Promise<Value>, options: ReadOptions | undefined): Promise<Value> {
  try {
    return await abortable(action(), options?.signal);
  } catch (error) {
    throw settlementError(error);
  }
}

export function read<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'view' | 'pure'>,
  const args extends ContractFunctionArgs<abi, 'view' | 'pure', name>,
>(
  context: ActionContext,
  call: { readonly address: Address; readonly abi: abi; readonly functionName: name; readonly args: args },
  options: ReadOptions | undefined,
): Promise<ContractFunctionReturnType<abi, 'view' | 'pure', name, args>> {
  return ask(
    () =>
      readContract(context.client, call as never) as Promise<
        ContractFunctionReturnType<abi, 'view' | 'pure', name, args>
      >,
    options,
  );
}

/** The connected wallet. Throws `WALLET_MISSING`. */
export function requireWallet(context: ActionContext): ConnectedWallet {
  if (context.wallet !== undefined) return context.wallet;
  throw new TributaryError({
    code: 'WALLET_MISSING',
    message: 'No wallet is connected.',
    hint: 'Connect a wallet; on the local chain the built-in one will do.',
  });
}

/**
 * Simulates the call, so that a refusal is named before anybody signs; sends it; waits until it is in a block. Returns the
 * confirmation with the receipt, from which callers read their events.
 */
export async function write<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>,
  const args extends ContractFunctionArgs<abi, 'nonpayable' | 'payable', name>,
>(
  context: ActionContext,
  call: { readonly address: Address; readonly abi: abi; readonly functionName: name; readonly args: args },
  options: WriteOptions | undefined,
): Promise<Confirmation & { readonly receipt: TransactionReceipt }> {
  const wallet = requireWallet(context);
  const blockTag = clockTag(context);
  const simulation = { ...call, account: wallet.address, blockTag };
  await ask(() => simulateContract(context.client, simulation as never), options);
  const data = encodeFunctionData(call as unknown as EncodeFunctionDataParameters);
  const transaction = { to: call.address, data };
  // Estimated here and not by the wallet, which may ask at a block whose clock is behind; a quarter more, since the state
  // may change before the transaction's turn.
  const gas = await ask(
    () => estimateGas(context.client, { account: wallet.address, ...transaction, blockTag }),
    options,
  );
  const hash = await ask(() => wallet.sendTransaction({ ...transaction, gas: (gas * 5n) / 4n }), options);
  options?.onSubmitted?.(hash);
  return confirm(context, hash, options);
}

/** Waits for a transaction. Throws `TRANSACTION_REVERTED` when the block's state had changed since its simulation. */
export async function confirm(
  context: ActionContext,
  hash: Hex,
  options: ReadOptions | undefined,
): Promise<Confirmation & { readonly receipt: TransactionReceipt }> {
  const receipt = await ask(() => waitForTransactionReceipt(context.client, { hash, timeout: 120_000 }), options);
  if (receipt.status === 'success') {
    return { hash, blockNumber: receipt.blockNumber, gasUsed: receipt.gasUsed, receipt };
  }
  throw new TributaryError({
    code: 'TRANSACTION_REVERTED',
    message: 'The transaction was put in a block but failed there: the state had changed meanwhile.',
    facts: { hash, block: receipt.blockNumber.toString() },
    hint: 'Reload and try again.',
  });
}

/** A public result: the confirmation without viem's receipt. */
export function confirmation({ hash, blockNumber, gasUsed }: Confirmation): Confirmation {
  return { hash, blockNumber, gasUsed };
}

/**
 * All logs of one event of one contract since the deployment. Public nodes limit the range of one request, so a range that
 * is refused is halved until it passes or is a single block.
 */
export async function readLogs<const event extends AbiEvent>(
  context: ActionContext,
  {
    address,
    event,
    args,
  }: { readonly address: Address; readonly event: event; readonly args?: Record<string, unknown> },
  options: ReadOptions | undefined,
): Promise<Log<bigint, number, false, event, true>[]> {
  const { client, deployment } = context;
  const latest = await ask(() => getBlockNumber(client), options);
  const range = async (fromBlock: bigint, toBlock: bigint): Promise<Log<bigint, number, false, event, true>[]> => {
    options?.signal?.throwIfAborted();
    try {
      const filter = { address, event, args, fromBlock, toBlock, strict: true };
      return (await getLogs(client, filter as never)) as unknown as Log<bigint, number, false, event, true>[];
    } catch (error) {
      const failure = settlementError(error);
      if (fromBlock >= toBlock || failure.code === 'CHAIN_UNREACHABLE') throw failure;
      const middle = (fromBlock + toBlock) / 2n;
      return [...(await range(fromBlock, middle)), ...(await range(middle + 1n, toBlock))];
    }
  };
  return ask(() => range(BigInt(deployment.fromBlock), latest), options);
}
