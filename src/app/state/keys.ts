// The private keys that this browser keeps: the test wallet's (which is also the local signer's) and the session keys. Where the
// person wants, they lie under a password or a passkey: a random data key encrypts each of them, and the secret encrypts the data key,
// which is in memory while the keys are open. All writes take turns over all tabs.
import { createSignal } from 'solid-js';
import { bytesToHex, hexToBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Hex } from '../../settlement/index.ts';
import {
  database,
  guardWrite,
  liveQuery,
  readSetting,
  type SealedKeys,
  type SealSecret,
  sealing,
} from '../../store/index.ts';
import { requireOwnOrigin } from './ownOrigin.ts';
import type { PasskeyName } from './passkey.ts';
import { settingKeys } from './settingKeys.ts';

/** The setting `keyLock`: the sealed data key, and which passkey opens it. */
interface KeyLock {
  readonly sealed: SealedKeys;
  readonly passkey?: PasskeyName;
}

export interface KeyLockView {
  readonly kind: 'none' | 'password' | 'passkey';
  /** The keys cannot be used until they are opened. */
  readonly locked: boolean;
}

const SEALED = 'sealed:';
const DATA_KEY = 'data';

const [lock, setLock] = createSignal<KeyLock | undefined>();
const [dataKey, setDataKey] = createSignal<{ readonly of: string; readonly key: CryptoKey } | undefined>();

let following = false;
/** Follows the setting, which another tab may change. */
function follow(): void {
  if (following) return;
  following = true;
  liveQuery(() => readSetting<KeyLock>(settingKeys.keyLock)).subscribe({
    next: (value) => setLock(() => value),
    // Without storage there are no kept keys.
    error: () => setLock(undefined),
  });
}

function keyFor(current: KeyLock): CryptoKey | undefined {
  const known = dataKey();
  return known?.of === current.sealed.ciphertext ? known.key : undefined;
}

/** How kept keys are locked, and whether they are open in this tab. A signal. */
export function keyLock(): KeyLockView {
  follow();
  const current = lock();
  if (current === undefined) return { kind: 'none', locked: false };
  return { kind: current.sealed.kind, locked: keyFor(current) === undefined };
}

const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> =>
  navigator.locks.request('tributary-keys', work) as Promise<Result>;

async function importDataKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

async function seal(text: string, key: CryptoKey): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text));
  return `${SEALED}${bytesToHex(iv)}:${bytesToHex(new Uint8Array(bytes))}`;
}

async function unseal(text: string, key: CryptoKey): Promise<string> {
  const [iv = '', bytes = ''] = text.slice(SEALED.length).split(':');
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: hexToBytes(iv) }, key, hexToBytes(bytes));
  return new TextDecoder().decode(plain);
}

const isSealed = (text: string): boolean => text.startsWith(SEALED);

function locked(): TributaryError {
  return new TributaryError({
    code: 'KEYS_LOCKED',
    message: 'The keys of this browser are locked.',
    hint: 'Unlock them with the password or passkey that you chose, here or in the settings.',
  });
}

/** The data key as the setting stands; undefined when keys are not locked at all. Throws `KEYS_LOCKED`. */
async function currentKey(): Promise<CryptoKey | undefined> {
  const current = await readSetting<KeyLock>(settingKeys.keyLock);
  if (current === undefined) return undefined;
  const key = keyFor(current);
  if (key === undefined) throw locked();
  return key;
}

/** A kept private key as it is signed with. Throws `KEYS_LOCKED`. */
export async function openPrivateKey(stored: string): Promise<Hex> {
  if (!isSealed(stored)) return stored as Hex;
  const key = await currentKey();
  if (key === undefined) throw locked();
  return (await unseal(stored, key)) as Hex;
}

/** Stores what `write` makes of a private key in its stored form. Throws `KEYS_LOCKED` and what storing throws. */
export function keepPrivateKey(privateKey: string, write: (stored: string) => Promise<void>): Promise<void> {
  return inTurn(async () => {
    const key = isSealed(privateKey) ? undefined : await currentKey();
    await write(key === undefined ? privateKey : await seal(privateKey, key));
  });
}

/** Whether a stored key needs `unlockKeys` first. */
export function isLocked(stored: string): boolean {
  follow();
  const current = lock();
  // Before the setting was read, what is sealed counts as locked.
  return isSealed(stored) && (current === undefined || keyFor(current) === undefined);
}

/** Hexadecimal; undefined where none was created. Whoever holds it holds the test wallet. Throws `KEYS_LOCKED`. */
export async function readOwnKey(): Promise<Hex | undefined> {
  const stored = await readSetting<string>(settingKeys.burnerKey);
  return stored === undefined ? undefined : openPrivateKey(stored);
}

/** The one key of this browser, made at the first call: two tabs get the same. Throws `APP_SHARED_ORIGIN`, `KEYS_LOCKED`. */
export async function ownKey(): Promise<Hex> {
  requireOwnOrigin();
  const { createBurnerKey } = await import('../../settlement/index.ts');
  return inTurn(async () => {
    const known = await readOwnKey();
    if (known !== undefined) return known;
    const privateKey = createBurnerKey();
    const key = await currentKey();
    const value = key === undefined ? privateKey : await seal(privateKey, key);
    await guardWrite(() => database().settings.put({ key: settingKeys.burnerKey, value }));
    return privateKey;
  });
}

/** Writes every kept key in a new form, with the lock that belongs to it, all or nothing. */
async function rewrite(to: { readonly lock: KeyLock; readonly key: CryptoKey } | undefined): Promise<void> {
  const from = await currentKey();
  const change = async (stored: string): Promise<string> => {
    const plain = isSealed(stored) && from !== undefined ? await unseal(stored, from) : stored;
    return to === undefined ? plain : seal(plain, to.key);
  };
  const { settings, sessions } = database();
  const own = await readSetting<string>(settingKeys.burnerKey);
  const changedOwn = own === undefined ? undefined : await change(own);
  const changedSessions = await Promise.all(
    (await sessions.toArray()).map(async (record) => ({ ...record, privateKey: await change(record.privateKey) })),
  );
  // Nothing but tables is awaited inside, or the transaction would end.
  await guardWrite(() =>
    database().transaction('rw', settings, sessions, async () => {
      if (changedOwn !== undefined) await settings.put({ key: settingKeys.burnerKey, value: changedOwn });
      await sessions.bulkPut(changedSessions);
      if (to === undefined) await settings.delete(settingKeys.keyLock);
      else await settings.put({ key: settingKeys.keyLock, value: to.lock });
    }),
  );
  setLock(() => to?.lock);
  setDataKey(to === undefined ? undefined : { of: to.lock.sealed.ciphertext, key: to.key });
}

async function lockUnder(secret: SealSecret, passkey: PasskeyName | undefined): Promise<void> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const { sealKeys } = await sealing();
  const sealed = await sealKeys({ keys: { [DATA_KEY]: bytesToHex(raw) }, secret });
  const key = await importDataKey(raw);
  const next: KeyLock = passkey === undefined ? { sealed } : { sealed, passkey };
  await inTurn(() => rewrite({ lock: next, key }));
}

/** Locks all kept keys under a password, in place of any lock before. Throws `KEYS_PASSWORD_SHORT`, `KEYS_LOCKED`. */
export function lockWithPassword(password: string): Promise<void> {
  return lockUnder({ kind: 'password', password }, undefined);
}

/** Locks all kept keys under a new passkey. Throws `PASSKEY_REFUSED`, `PASSKEY_UNSUPPORTED`, `KEYS_LOCKED`. */
export async function lockWithPasskey(name: string): Promise<void> {
  const { createPasskey } = await import('./passkey.ts');
  const { passkey, secret } = await createPasskey(name);
  await lockUnder({ kind: 'passkey', prf: secret }, passkey);
}

/**
 * Opens the keys in this tab until it is closed or `closeKeys`; a passkey is asked for without a password. Throws
 * `KEYS_WRONG_SECRET`, `PASSKEY_REFUSED`.
 */
export async function unlockKeys(password?: string): Promise<void> {
  const current = await readSetting<KeyLock>(settingKeys.keyLock);
  if (current === undefined) return;
  const secret: SealSecret =
    current.passkey === undefined
      ? { kind: 'password', password: password ?? '' }
      : { kind: 'passkey', prf: await (await import('./passkey.ts')).passkeySecret(current.passkey) };
  const { openKeys } = await sealing();
  const { [DATA_KEY]: raw = '' } = await openKeys({ sealed: current.sealed, secret });
  setLock(() => current);
  setDataKey({ of: current.sealed.ciphertext, key: await importDataKey(hexToBytes(raw)) });
}

/** Forgets the data key in this tab. */
export function closeKeys(): void {
  setDataKey(undefined);
}

/** Stores the keys unlocked again. Throws `KEYS_LOCKED`. */
export function removeKeyLock(): Promise<void> {
  return inTurn(() => rewrite(undefined));
}
