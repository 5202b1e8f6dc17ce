// Turns whatever viem or a wallet throws into a TributaryError: contract errors by name, refusals, unreachable servers.
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  decodeErrorResult,
  HttpRequestError,
  InsufficientFundsError,
} from 'viem';
import { type Fact, isAbort, TributaryError, toTributaryError } from '../lib/errors.ts';
import { addressBookAbi } from './abi/addressBook.ts';
import { datanetRegistryAbi } from './abi/datanetRegistry.ts';
import { inferenceEscrowAbi } from './abi/inferenceEscrow.ts';
import { localFaucetAbi } from './abi/localFaucet.ts';
import { modelRegistryAbi } from './abi/modelRegistry.ts';
import { multicall3Abi } from './abi/multicall3.ts';
import { openTokenAbi } from './abi/openToken.ts';
import { rewardsDistributorAbi } from './abi/rewardsDistributor.ts';
import { contractErrors } from './contractErrors.ts';
import type { Hex } from './types/hex.ts';

/** Every error of every contract: a call to one may revert with an error of another that it calls. */
export const errorAbi: Abi = [
  ...addressBookAbi,
  ...datanetRegistryAbi,
  ...inferenceEscrowAbi,
  ...localFaucetAbi,
  ...modelRegistryAbi,
  ...multicall3Abi,
  ...openTokenAbi,
  ...rewardsDistributorAbi,
].filter((entry) => entry.type === 'error');

function toFact(value: unknown): Fact {
  return typeof value === 'bigint' ? value.toString() : typeof value === 'number' ? value : String(value);
}

/** The error that revert data encodes. Never throws: unknown data becomes `CHAIN_REVERTED` with the data in its facts. */
export function revertError(data: Hex, cause?: unknown): TributaryError {
  const origin = cause === undefined ? {} : { cause };
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: errorAbi, data });
    const known = (contractErrors as Readonly<Record<string, readonly [string, string, string] | undefined>>)[
      errorName
    ];
    const inputs = 'inputs' in abiItem ? abiItem.inputs : [];
    const facts = Object.fromEntries(
      (args ?? []).map((value, index) => [inputs[index]?.name ?? `value${index}`, toFact(value)]),
    );
    if (known !== undefined) {
      const [code, message, hint] = known;
      return new TributaryError({ code, message, hint, facts: { error: errorName, ...facts }, ...origin });
    }
    return new TributaryError({
      code: 'CHAIN_REVERTED',
      message: `The contract refused: ${errorName}.`,
      facts: { error: errorName, ...facts },
      hint: 'Reload to see the current state, then try again.',
      ...origin,
    });
  } catch {
    return new TributaryError({
      code: 'CHAIN_REVERTED',
      message: 'The contract refused for an unknown reason.',
      facts: { data: data.slice(0, 200) },
      hint: 'Reload to see the current state, then try again.',
      ...origin,
    });
  }
}

/** The JSON-RPC error code somewhere in a chain of causes (EIP-1193: 4001 means that the user declined). */
function rpcCode(error: unknown): number | undefined {
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    const { code } = current as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return undefined;
}

/** Wraps a failure of the chain or the wallet. `facts` say where it happened. */
export function settlementError(error: unknown, facts: Readonly<Record<string, Fact>> = {}): TributaryError {
  if (error instanceof TributaryError) return error;
  if (isAbort(error)) return toTributaryError(error);
  const code = rpcCode(error);
  if (code === 4001) {
    return new TributaryError({
      code: 'WALLET_REJECTED',
      message: 'You declined this in the wallet.',
      facts,
      hint: 'This step was not done; what was done before it stays. Try again when you are ready.',
      cause: error,
    });
  }
  if (error instanceof BaseError) {
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    if (reverted instanceof ContractFunctionRevertedError && reverted.raw !== undefined)
      return revertError(reverted.raw, error);
    if (error.walk((cause) => cause instanceof InsufficientFundsError) !== null) {
      return new TributaryError({
        code: 'GAS_MISSING',
        message: 'The account has too little of the chain’s own coin to pay for gas.',
        facts,
        hint: 'On the local chain use the faucet; elsewhere send some coins to the account.',
        cause: error,
      });
    }
    if (error.walk((cause) => cause instanceof HttpRequestError || (cause as Error).name === 'TimeoutError') !== null) {
      return new TributaryError({
        code: 'CHAIN_UNREACHABLE',
        message: 'The chain’s RPC server does not answer.',
        facts,
        hint: 'Check that it runs and that its address in the settings is right.',
        cause: error,
      });
    }
    return new TributaryError({
      code: 'CHAIN_FAILED',
      message: error.shortMessage,
      facts,
      hint: 'Try again; if it happens twice, look at the chain in the settings.',
      cause: error,
    });
  }
  return new TributaryError({
    code: 'WALLET_FAILED',
    message: error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error),
    facts: code === undefined ? facts : { ...facts, rpcCode: code },
    hint: 'Unlock the wallet and try again.',
    cause: error,
  });
}
