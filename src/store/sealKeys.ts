// Private keys under a lock of the person: a password, or what a passkey derives (WebAuthn PRF). Plain JSON comes out, so that a
// record or an export can hold it. WebCrypto only.
//
// password: PBKDF2-HMAC-SHA-256 over the NFKC form, 600,000 rounds (OWASP Password Storage Cheat Sheet, 2023), salt of 16 bytes.
// passkey:  HKDF-SHA-256 over the 32 bytes of the PRF, the same salt.
// Both give a key for AES-256-GCM, nonce of 12 bytes, with the header as additional data: none of its fields can be exchanged.
import * as v from 'valibot';
import { bytesToHex, hexToBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';

/** What opens the seal. `prf`: the first result of the passkey's `prf` extension, 32 bytes. */
export type SealSecret =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'passkey'; readonly prf: Uint8Array };

const ROUNDS = 600_000;
/** A file of a stranger must not keep this machine busy for hours. */
const MAX_ROUNDS = 10_000_000;
const MIN_PASSWORD = 8;
/** Hexadecimal digits. */
const MAX_CIPHERTEXT = 1 << 20;

/** Hexadecimal of so many bytes. */
const hex = (bytes: number) => v.pipe(v.string(), v.regex(/^[0-9a-f]+$/), v.length(2 * bytes));
const ciphertext = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})+$/), v.maxLength(MAX_CIPHERTEXT));
const header = { version: v.literal(1), salt: hex(16), nonce: hex(12) };
const rounds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_ROUNDS));
const schema = v.variant('kind', [
  v.object({ ...header, kind: v.literal('password'), rounds, ciphertext }),
  v.object({ ...header, kind: v.literal('passkey'), ciphertext }),
]);
const keysSchema = v.record(v.string(), v.string());

/** As JSON; the field `kind` says what opens it. */
export type SealedKeys = v.InferOutput<typeof schema>;

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function keyOf(secret: SealSecret, { salt, rounds: count }: { salt: Uint8Array<ArrayBuffer>; rounds: number }) {
  const aes = { name: 'AES-GCM', length: 256 };
  const uses: KeyUsage[] = ['encrypt', 'decrypt'];
  if (secret.kind === 'password') {
    const raw = utf8(secret.password.normalize('NFKC'));
    const material = await crypto.subtle.importKey('raw', raw, 'PBKDF2', false, ['deriveKey']);
    const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: count };
    return crypto.subtle.deriveKey(derivation, material, aes, false, uses);
  }
  const material = await crypto.subtle.importKey('raw', new Uint8Array(secret.prf), 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info: utf8('tributary sealed keys') };
  return crypto.subtle.deriveKey(derivation, material, aes, false, uses);
}

/** The header as additional data of the cipher, in a fixed order. */
function additionalData(
  sealed: Omit<SealedKeys, 'ciphertext'> & { readonly rounds?: number },
): Uint8Array<ArrayBuffer> {
  const { version, kind, salt, nonce, rounds: count } = sealed;
  return utf8(JSON.stringify([version, kind, salt, nonce, count ?? null]));
}

/**
 * Encrypts private keys by name. Every call takes a new salt and nonce. Throws `KEYS_PASSWORD_SHORT` for a password of fewer than
 * 8 characters.
 */
export async function sealKeys({
  keys,
  secret,
}: {
  readonly keys: Readonly<Record<string, string>>;
  readonly secret: SealSecret;
}): Promise<SealedKeys> {
  if (secret.kind === 'password' && [...secret.password].length < MIN_PASSWORD) {
    throw new TributaryError({
      code: 'KEYS_PASSWORD_SHORT',
      message: 'The password is too short to protect keys.',
      facts: { characters: [...secret.password].length, least: MIN_PASSWORD },
      hint: `Take at least ${MIN_PASSWORD} characters; several random words are better.`,
    });
  }
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const common = { version: 1 as const, salt: bytesToHex(salt), nonce: bytesToHex(nonce) };
  const head =
    secret.kind === 'password'
      ? { ...common, kind: 'password' as const, rounds: ROUNDS }
      : { ...common, kind: 'passkey' as const };
  const key = await keyOf(secret, { salt, rounds: ROUNDS });
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: additionalData(head) };
  const ciphertext = await crypto.subtle.encrypt(algorithm, key, utf8(JSON.stringify(keys)));
  return { ...head, ciphertext: bytesToHex(new Uint8Array(ciphertext)) };
}

/** Whether a value has the form of sealed keys, from a file for instance. Throws `KEYS_SEAL_INVALID`. */
export function parseSealedKeys(value: unknown): SealedKeys {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  throw new TributaryError({
    code: 'KEYS_SEAL_INVALID',
    message: 'These are not keys that Tributary has sealed.',
    facts: { path: v.getDotPath(parsed.issues[0]) ?? '' },
    hint: 'Take an untouched copy of the export.',
  });
}

function wrongSecret({ kind }: SealedKeys, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'KEYS_WRONG_SECRET',
    message: 'This does not open the keys.',
    facts: { kind },
    hint: 'Check the password, or take the passkey that they were locked with. Without it they cannot be opened by anybody.',
    cause,
  });
}

/**
 * The keys by name. Throws `KEYS_SEAL_INVALID` for another form, `KEYS_WRONG_SECRET` when the secret is another one or a byte was
 * changed: the cipher cannot tell which.
 */
export async function openKeys({
  sealed: given,
  secret,
}: {
  readonly sealed: unknown;
  readonly secret: SealSecret;
}): Promise<Readonly<Record<string, string>>> {
  const sealed = parseSealedKeys(given);
  if (sealed.kind !== secret.kind) throw wrongSecret(sealed);
  try {
    const count = sealed.kind === 'password' ? sealed.rounds : 0;
    const key = await keyOf(secret, { salt: hexToBytes(sealed.salt), rounds: count });
    const algorithm = { name: 'AES-GCM', iv: hexToBytes(sealed.nonce), additionalData: additionalData(sealed) };
    const plain = await crypto.subtle.decrypt(algorithm, key, hexToBytes(sealed.ciphertext));
    return v.parse(keysSchema, JSON.parse(new TextDecoder().decode(plain)));
  } catch (cause) {
    throw wrongSecret(sealed, cause);
  }
}
