// A ledger as bytes: canonical JSON, amounts as decimal text, hexadecimal in lower case, lists ascending. One ledger has one
// encoding. Its SHA-256 goes on chain beside the root.
import { bytesToHex } from '../lib/bytes.ts';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { TributaryError } from '../lib/errors.ts';
import { sha256 } from '../lib/hash.ts';
import { wei } from '../lib/units.ts';
import { areShares, ledgerTree } from './epochLedger.ts';
import type { Hex } from './types/hex.ts';
import type { AccountShare, Ledger, LedgerModel } from './types/ledger.ts';

const TYPE = 'tributary-ledger';

const shareList = (shares: readonly AccountShare[]) => shares.map(({ account, ppm }) => [account, ppm] as const);

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

const MAX_AMOUNT = 1n << 128n;
const MAX_EPOCH = 1n << 64n;

type Refuse = (reason: string, cause?: unknown) => never;

/** The ledger that a parsed JSON value states. What it states besides is left out, and seen when it is encoded again. */
function readLedger(document: unknown, refuse: Refuse): Ledger {
  const fields = (place: string, value: unknown): Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : refuse(`${place} is not an object`);
  const list = (place: string, value: unknown): readonly unknown[] =>
    Array.isArray(value) ? value : refuse(`${place} is not a list`);
  const pair = (place: string, value: unknown): readonly [unknown, unknown] => {
    const [first, second, ...rest] = list(place, value);
    return rest.length === 0 ? [first, second] : refuse(`${place} is not a pair`);
  };
  const hex = (place: string, value: unknown, bytes: number): Hex =>
    typeof value === 'string' && value.length === 2 + 2 * bytes && /^0x[0-9a-f]+$/.test(value)
      ? (value as Hex)
      : refuse(`${place} is not ${bytes} bytes in lower case`);
  const integer = (place: string, value: unknown, limit: bigint): bigint => {
    if (typeof value !== 'string' || !/^(0|[1-9][0-9]{0,38})$/.test(value)) return refuse(`${place} is not an integer`);
    const number = BigInt(value);
    return number < limit ? number : refuse(`${place} is too large`);
  };
  const ascending = (place: string, keys: readonly string[]): void => {
    keys.forEach((key, index) => {
      if (index > 0 && key <= (keys[index - 1] as string)) refuse(`${place}[${index}] is not after the one before it`);
    });
  };
  const shares = (place: string, value: unknown): readonly AccountShare[] => {
    const found = list(place, value).map((entry, index) => {
      const [account, ppm] = pair(`${place}[${index}]`, entry);
      if (!Number.isInteger(ppm) || (ppm as number) < 1) return refuse(`${place}[${index}] is not a share`);
      return { account: hex(`${place}[${index}]`, account, 20), ppm: ppm as number };
    });
    ascending(
      place,
      found.map(({ account }) => account),
    );
    return areShares(found) ? found : refuse(`${place} add to more than 1,000,000`);
  };

  const { type, v, epoch, previous, accounts, models } = fields('the ledger', document);
  if (type !== TYPE || v !== 1) return refuse('it has another type or version');
  const entries = list('accounts', accounts).map((entry, index) => {
    const [account, cumulative] = pair(`accounts[${index}]`, entry);
    const amount = integer(`accounts[${index}]`, cumulative, MAX_AMOUNT);
    if (amount === 0n) return refuse(`accounts[${index}] has nothing`);
    return { account: hex(`accounts[${index}]`, account, 20), cumulative: wei(amount) };
  });
  if (entries.length === 0) return refuse('accounts is empty');
  ascending(
    'accounts',
    entries.map(({ account }) => account),
  );
  const total = wei(entries.reduce((sum, { cumulative }) => sum + cumulative, 0n));
  if (total >= MAX_AMOUNT) return refuse('accounts add to too much');

  const seen = new Set<string>();
  const parts = list('models', models).map((entry, index): LedgerModel => {
    const place = `models[${index}]`;
    const { modelId, pool, fallback, receipts } = fields(place, entry);
    const id = hex(`${place}.modelId`, modelId, 32);
    const found = list(`${place}.receipts`, receipts).map((receipt, number) => {
      const at = `${place}.receipts[${number}]`;
      const { digest, amount, shares: parties } = fields(at, receipt);
      const name = hex(`${at}.digest`, digest, 32);
      if (seen.has(name)) return refuse(`${at} is listed twice`);
      seen.add(name);
      return {
        digest: name,
        modelId: id,
        amount: integer(`${at}.amount`, amount, MAX_AMOUNT),
        shares: shares(`${at}.shares`, parties),
      };
    });
    ascending(
      `${place}.receipts`,
      found.map(({ digest }) => digest),
    );
    return {
      modelId: id,
      pool: wei(integer(`${place}.pool`, pool, MAX_AMOUNT)),
      receipts: found,
      fallback: shares(`${place}.fallback`, fallback),
    };
  });
  if (parts.length === 0) return refuse('models is empty');
  ascending(
    'models',
    parts.map(({ modelId }) => modelId),
  );
  return {
    epoch: integer('epoch', epoch, MAX_EPOCH),
    root: ledgerTree(entries).root,
    total,
    previous: previous === null ? undefined : hex('previous', previous, 32),
    accounts: entries,
    models: parts,
  };
}

/**
 * Decodes a published ledger. The digest is checked first, so that malformed content is its author's fault and no relay's;
 * then every field, and that the bytes are the only ones of this ledger. Root and total are recomputed from the accounts.
 * Throws `LEDGER_MALFORMED`.
 */
export function decodeLedger({ bytes, digest }: { readonly bytes: Uint8Array; readonly digest: Hex }): Ledger {
  const refuse: Refuse = (reason, cause) => {
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
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return refuse('it is not JSON', cause);
  }
  const ledger = readLedger(document, refuse);
  return encodeLedger(ledger).digest === actual ? ledger : refuse('the same ledger has another encoding');
}
