// The allowance that a contract needs before it can take OPEN from the account.
import type { Address } from '../types/hex.ts';
import type { WriteOptions } from '../types/options.ts';
import { read } from './read.ts';
import { requireWallet } from './requireWallet.ts';
import type { SettlementClient } from './settlementClient.ts';
import { write } from './write.ts';

/** Whether `spender` may take `amount` wei from the connected account already, by an earlier try for instance. */
export async function isApproved(
  client: SettlementClient,
  { spender, amount }: { readonly spender: Address; readonly amount: bigint },
  options: WriteOptions | undefined,
): Promise<boolean> {
  const args = [requireWallet(client).address, spender] as const;
  return (await read(client, { ...client.contracts.openToken, functionName: 'allowance', args }, options)) >= amount;
}

/** Lets `spender` take `amount` wei; sends nothing when it may already. */
export async function approve(
  client: SettlementClient,
  { spender, amount }: { readonly spender: Address; readonly amount: bigint },
  options: WriteOptions | undefined,
): Promise<void> {
  if (await isApproved(client, { spender, amount }, options)) return;
  const call = { ...client.contracts.openToken, functionName: 'approve', args: [spender, amount] } as const;
  await write(client, call, options);
}
