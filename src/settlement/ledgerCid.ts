// The CID (version 1, codec raw) of bytes whose SHA-256 is known.

const BASE32_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Base32 text of CIDv1(raw, sha2-256, `digest`): the ledger's address on IPFS. */
export function ledgerCid(digest: `0x${string}`): string {
  const bytes = [
    0x01,
    0x55,
    0x12,
    0x20,
    ...(digest.slice(2).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  ];
  let text = 'b';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32_ALPHABET[(buffer >> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32_ALPHABET[(buffer << (5 - bits)) & 31] : text;
}
