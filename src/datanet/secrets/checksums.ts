// Checks that a text is really what it looks like: a card number, an account number, a wallet's key.
import { base32nopad, base58, base58xrp } from '@scure/base';
import { sha256 } from '../../lib/hash.ts';

/** Luhn's check digit (ISO/IEC 7812-1) over a text of digits. */
export function isLuhnValid(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Lengths and first digits that the card networks use. */
const CARD_PREFIX =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

export function isCardNumber(digits: string): boolean {
  return CARD_PREFIX.test(digits) && isLuhnValid(digits);
}

/** ISO 13616: the account number, its first four characters moved to the end and letters as 10 to 35, is 1 modulo 97. */
export function isIban(text: string): boolean {
  const compact = text.replace(/[ -]/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

function decode(coder: { decode(text: string): Uint8Array }, text: string): Uint8Array | null {
  try {
    return coder.decode(text);
  } catch {
    return null; // not of this alphabet: not such a key
  }
}

/** The last four bytes are the first of SHA-256, twice, of the others. */
function isBase58Check(bytes: Uint8Array): boolean {
  const sum = sha256(sha256(bytes.subarray(0, -4)));
  return bytes.subarray(-4).every((byte, index) => byte === sum[index]);
}

/** A private key in wallet import format, of Bitcoin and its relatives: version byte, 32 bytes, perhaps 1, checksum. */
export function isWalletImportKey(text: string): boolean {
  const bytes = decode(base58, text);
  return bytes !== null && (bytes.length === 37 || (bytes.length === 38 && bytes[33] === 1)) && isBase58Check(bytes);
}

/** A key of the first physical coins: SHA-256 of it with a question mark begins with a zero byte. */
export function isMiniKey(text: string): boolean {
  return sha256(new TextEncoder().encode(`${text}?`))[0] === 0;
}

/** A family seed of the XRP Ledger: 0x21 or the three bytes of Ed25519, 16 bytes, checksum. */
export function isRippleSeed(text: string): boolean {
  const bytes = decode(base58xrp, text);
  return bytes !== null && (bytes.length === 21 || bytes.length === 23) && isBase58Check(bytes);
}

/** A secret key as Solana's tools print it: 64 bytes in base58. Signatures have the same form. */
export function isBase58KeyPair(text: string): boolean {
  return decode(base58, text)?.length === 64;
}

/** Stellar's secret seed: version 0x90, 32 bytes, CRC-16/XMODEM in little endian. */
export function isStellarSeed(text: string): boolean {
  const bytes = decode(base32nopad, text);
  if (bytes?.length !== 35 || bytes[0] !== 0x90) return false;
  let crc = 0;
  for (const byte of bytes.subarray(0, 33)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return bytes[33] === (crc & 0xff) && bytes[34] === crc >> 8;
}

/** CRC-32 (ISO-HDLC) of the UTF-8 bytes of a text. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Shannon entropy of the characters of a text, in bits per character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
