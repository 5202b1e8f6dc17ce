// What the claim button is, from facts read on the chain: never from the click. Amounts are wei of OPEN.
import type { Claimable, Hex } from '../../settlement/index.ts';

export interface ClaimFacts {
  /** The address that is looked at; absent: none chosen. */
  readonly watched: string | undefined;
  /** The address that can sign; absent: no wallet. */
  readonly connected: string | undefined;
  /** The wallet's chain is another one. */
  readonly wrongChain: boolean;
  /** Undefined while it is read. */
  readonly claimable: Claimable | undefined;
  /** A claim that was sent and is not in a block yet. */
  readonly pending: Hex | undefined;
}

export type ClaimState =
  | { readonly kind: 'noAddress' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'pending'; readonly hash: Hex }
  | { readonly kind: 'nothing' }
  /** Only the owner of the address can claim for it. */
  | { readonly kind: 'watching'; readonly amount: bigint }
  | { readonly kind: 'wrongChain'; readonly amount: bigint }
  | { readonly kind: 'ready'; readonly amount: bigint };

export function claimState({ watched, connected, wrongChain, claimable, pending }: ClaimFacts): ClaimState {
  if (watched === undefined) return { kind: 'noAddress' };
  const own = connected?.toLowerCase() === watched.toLowerCase();
  if (own && pending !== undefined) return { kind: 'pending', hash: pending };
  if (claimable === undefined) return { kind: 'loading' };
  const amount: bigint = claimable.amount;
  if (amount === 0n) return { kind: 'nothing' };
  if (!own) return { kind: 'watching', amount };
  return wrongChain ? { kind: 'wrongChain', amount } : { kind: 'ready', amount };
}

/** A 20-byte address in hexadecimal, or undefined when the text is none. */
export function readAddress(text: string): Hex | undefined {
  const trimmed = text.trim();
  return /^0x[0-9a-fA-F]{40}$/.test(trimmed) ? (trimmed as Hex) : undefined;
}
