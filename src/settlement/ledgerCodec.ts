// A ledger as bytes: canonical JSON, amounts as decimal text. Its SHA-256 goes on chain beside the root.
import { bytesToHex } from '../lib/bytes.ts';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { TributaryError } from '../lib/errors.ts';
import { sha256 } from '../lib/hash.ts';
import { wei } from '../lib/units.ts';
import { ledgerTree } from './epochLedger.ts';
import type { Address, Hex } from './types/hex.ts';
import type { AccountShare, Ledger } from './types/ledger.ts';

const TYPE = 'tributary-ledger';

const shareList = (shares: readonly AccountShare[]) =>
  shares.map(({ account, ppm }) => [account.toLowerCase(), ppm] as const);

/** The bytes to publish and their SHA-256, the `dataDigest` of `propose`. */
export function encodeLedger(ledger: Ledger): { readonly bytes: Uint8Array<ArrayBuffer>; readonly digest: Hex } {
  const text = canonicalJson({
    type: TYPE,
    v: 1,
    epoch: ledger.epoch.toString(),
    previous: ledger.previous ?? null,
    accounts: ledger.accounts.map(({ account, cumulative }) => [account, cumulative.toString()]),
    models: ledger.models.map(({ modelId, pool, receipts, fallback }) => ({
      modelId,
      pool: pool.toString(),
      fallback: shareList(fallback),
      receipts: receipts.map(({ digest, amount, shares }) => ({
        digest,
        amount: amount.toString(),
        shares: shareList(shares),
      })),
    })),
  });
  const bytes = new TextEncoder().encode(text);
  return { bytes, digest: `0x${bytesToHex(sha256(bytes))}` };
}

interface Encoded {
  readonly type: string;
  readonly v: number;
  readonly epoch: string;
  readonly previous: Hex | null;
  readonly accounts: readonly (readonly [Address, string])[];
  readonly models: readonly {
    readonly modelId: Hex;
    readonly pool: string;
    readonly fallback: readonly (readonly [Address, number])[];
    readonly receipts: readonly {
      readonly digest: Hex;
      readonly amount: string;
      readonly shares: readonly (readonly [Address, number])[];
    }[];
  }[];
}

/**
 * Decodes a published ledger. The digest is checked first, so that malformed content is its author's fault and no relay's;
 * root and total are recomputed from the accounts. Throws `LEDGER_MALFORMED`.
 */
export function decodeLedger({ bytes, digest }: { readonly bytes: Uint8Array; readonly digest: Hex }): Ledger {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new TributaryError({
      code: 'LEDGER_MALFORMED',
      message: 'This is not the ledger that the chain names.',
      facts: { reason, digest },
      hint: 'Fetch it from another peer; if all return the same, challenge the root.',
      ...(cause === undefined ? {} : { cause }),
    });
  };
  const actual = `0x${bytesToHex(sha256(bytes))}`;
  if (actual !== digest.toLowerCase()) return refuse(`its SHA-256 is ${actual}`);
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Encoded;
    if (value.type !== TYPE || value.v !== 1) return refuse('it has another type or version');
    const shares = (list: readonly (readonly [Address, number])[]): AccountShare[] =>
      list.map(([account, ppm]) => ({ account, ppm }));
    const accounts = value.accounts.map(([account, cumulative]) => ({ account, cumulative: wei(BigInt(cumulative)) }));
    return {
      epoch: BigInt(value.epoch),
      previous: value.previous ?? undefined,
      accounts,
      root: ledgerTree(accounts).root,
      total: wei(accounts.reduce((sum, { cumulative }) => sum + cumulative, 0n)),
      models: value.models.map(({ modelId, pool, fallback, receipts }) => ({
        modelId,
        pool: wei(BigInt(pool)),
        fallback: shares(fallback),
        receipts: receipts.map((receipt) => ({
          digest: receipt.digest,
          modelId,
          amount: BigInt(receipt.amount),
          shares: shares(receipt.shares),
        })),
      })),
    };
  } catch (cause) {
    if (cause instanceof TributaryError) throw cause;
    return refuse('its fields are not those of a ledger', cause);
  }
}
