// The one form of an ECDSA signature on secp256k1. Of each signature anyone can write three more that recover to the same address
// (s and n - s, v as 27/28 and 0/1): two documents, two CIDs and two charges for one statement. EIP-2 allows the low s alone.

/** Half the order of secp256k1. */
const MAX_S = 0x7fffffff_ffffffff_ffffffff_ffffffff_5d576e73_57a4501d_dfe92f46_681b20a0n;
const ORDER = 2n * MAX_S + 1n;

function split(signature: string): { readonly r: string; readonly s: bigint; readonly v: number } | undefined {
  const [, r, s, v] = /^0x([0-9a-f]{64})([0-9a-f]{64})([0-9a-f]{2})$/.exec(signature) ?? [];
  if (r === undefined || s === undefined || v === undefined) return undefined;
  return { r, s: BigInt(`0x${s}`), v: Number.parseInt(v, 16) };
}

/** Whether these are r, low s and v of 27 or 28: 65 bytes in lower-case hexadecimal behind `0x`. */
export function isCanonicalSignature(signature: string): boolean {
  const parts = split(signature);
  return parts !== undefined && (parts.v === 27 || parts.v === 28) && parts.s <= MAX_S;
}

/** The canonical form of what a wallet returns; a text that has no such form is returned as it is, and fails when it is read. */
export function canonicalSignature(signature: `0x${string}`): `0x${string}` {
  const parts = split(signature.toLowerCase());
  if (parts === undefined) return signature;
  const { r, s } = parts;
  const v = parts.v < 2 ? parts.v + 27 : parts.v;
  if ((v !== 27 && v !== 28) || s >= ORDER) return signature;
  const low = s <= MAX_S;
  const sHex = (low ? s : ORDER - s).toString(16).padStart(64, '0');
  return `0x${r}${sHex}${(low ? v : 55 - v).toString(16)}`;
}
