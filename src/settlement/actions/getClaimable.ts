// What an account can claim, with its proof.
import { readContract } from 'viem/actions';
import { TributaryError } from '../../lib/errors.ts';
import { type Wei, wei } from '../../lib/units.ts';
import { type AskErrorType, ask } from '../client/ask.ts';
import type { SettlementClient } from '../client/settlementClient.ts';
import { ledgerTree } from '../epochLedger.ts';
import { finalLedger } from '../finalLedger.ts';
import { settlementError } from '../settlementError.ts';
import type { Address, Hex } from '../types/hex.ts';
import type { ReadOptions } from '../types/options.ts';

export interface Claimable {
  /** What `claim` would pay now. */
  readonly amount: Wei;
  readonly cumulative: Wei;
  readonly claimed: Wei;
  readonly proof: readonly Hex[];
}

export interface GetClaimableParameters extends ReadOptions {
  readonly address: Address;
}

export type GetClaimableReturnType = Claimable;

export type GetClaimableErrorType = AskErrorType | 'LEDGER_UNAVAILABLE' | 'LEDGER_MALFORMED' | 'LEDGER_WRONG_ROOT';

function unavailable(digest: Hex, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'LEDGER_UNAVAILABLE' satisfies GetClaimableErrorType,
    message: 'The ledger behind the current root could not be fetched.',
    facts: { digest },
    hint: 'Connect to a relay or peer that stores it, then try again; the claim does not expire.',
    ...(cause === undefined ? {} : { cause: settlementError(cause) }),
  });
}

async function fetchLedgerBytes(
  { ledgerSource }: SettlementClient,
  digest: Hex,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await ledgerSource?.(digest, signal === undefined ? {} : { signal });
  } catch (error) {
    // The reason belongs to the source (peers, server) and travels as the cause.
    throw unavailable(digest, error);
  }
  if (bytes === undefined) throw unavailable(digest);
  return bytes;
}

/**
 * Reads the current root and looks `address` up in the ledger behind it. The ledger is checked against the chain's digest and
 * root, so a false source cannot change the amount. `address` absent from the ledger: nothing to claim.
 */
export async function getClaimable(
  client: SettlementClient,
  { address, signal }: GetClaimableParameters,
): Promise<GetClaimableReturnType> {
  const { rpc, contracts } = client;
  const [current, claimed] = await ask(
    () =>
      Promise.all([
        readContract(rpc, { ...contracts.rewardsDistributor, functionName: 'current' }),
        readContract(rpc, { ...contracts.rewardsDistributor, functionName: 'claimed', args: [address] }),
      ]),
    { signal },
  );
  const nothing: Claimable = { amount: wei(0n), cumulative: wei(claimed), claimed: wei(claimed), proof: [] };
  if (current.total === 0n) return nothing;

  const bytes = await fetchLedgerBytes(client, current.dataDigest, signal);
  const ledger = finalLedger({ bytes, root: current });
  const index = ledger.accounts.findIndex(({ account }) => account === address.toLowerCase());
  const entry = ledger.accounts[index];
  if (entry === undefined) return nothing;
  return {
    amount: wei(entry.cumulative > claimed ? entry.cumulative - claimed : 0n),
    cumulative: entry.cumulative,
    claimed: wei(claimed),
    proof: ledgerTree(ledger.accounts).proof(index),
  };
}
