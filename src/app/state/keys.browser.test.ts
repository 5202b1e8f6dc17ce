// Kept keys in a real browser: one for all tabs, under a password or a passkey, and never readable while they are locked.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { database, deleteSetting, readSetting } from '../../store/index.ts';
import {
  closeKeys,
  keepPrivateKey,
  keyLock,
  lockWithPasskey,
  lockWithPassword,
  openPrivateKey,
  ownKey,
  readOwnKey,
  removeKeyLock,
  unlockKeys,
} from './keys.ts';
import { settingKeys } from './settingKeys.ts';

const sessionKey = `0x${'5'.repeat(64)}`;
const session = (id: string, privateKey: string) => ({
  id,
  payer: `0x${'1'.repeat(40)}`,
  address: `0x${'2'.repeat(40)}`,
  privateKey,
  validUntil: 1,
  cap: 1n,
});

async function clear(): Promise<void> {
  closeKeys();
  await Promise.all([settingKeys.keyLock, settingKeys.burnerKey].map(deleteSetting));
  await database().sessions.clear();
}
beforeEach(clear);
afterEach(clear);

/** Everything that is stored about keys, as text. */
const stored = async (): Promise<string> =>
  JSON.stringify([await database().settings.toArray(), await database().sessions.toArray()], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );

test('two that ask at once get one key', async () => {
  const [first, second] = await Promise.all([ownKey(), ownKey()]);
  expect(second).toBe(first);
  expect(await readOwnKey()).toBe(first);
});

test('under a password nothing stored is readable, and each key comes back', async () => {
  const own = await ownKey();
  await database().sessions.put(session('a', sessionKey));
  await lockWithPassword('correct horse');
  expect(keyLock()).toEqual({ kind: 'password', locked: false });
  expect(await stored()).not.toContain(own.slice(2));
  expect(await stored()).not.toContain(sessionKey.slice(2));

  // A key that is made afterwards is locked as well.
  const later = `0x${'6'.repeat(64)}`;
  await keepPrivateKey(later, async (text) => void (await database().sessions.put(session('b', text))));
  expect(await stored()).not.toContain(later.slice(2));

  closeKeys();
  expect(keyLock()).toEqual({ kind: 'password', locked: true });
  await expect(readOwnKey()).rejects.toMatchObject({ code: 'KEYS_LOCKED' });
  await expect(ownKey()).rejects.toMatchObject({ code: 'KEYS_LOCKED' });
  await expect(keepPrivateKey(later, async () => undefined)).rejects.toMatchObject({ code: 'KEYS_LOCKED' });
  await expect(removeKeyLock()).rejects.toMatchObject({ code: 'KEYS_LOCKED' });
  await expect(unlockKeys('wrong horse')).rejects.toMatchObject({ code: 'KEYS_WRONG_SECRET' });
  expect(keyLock().locked).toBe(true);

  await unlockKeys('correct horse');
  expect(await readOwnKey()).toBe(own);
  for (const [id, key] of [
    ['a', sessionKey],
    ['b', later],
  ] as const) {
    expect(await openPrivateKey((await database().sessions.get(id))?.privateKey ?? '')).toBe(key);
  }
});

test('another password replaces the first; without a lock the keys are stored as before', async () => {
  const own = await ownKey();
  await lockWithPassword('first password');
  await lockWithPassword('second password');
  closeKeys();
  await expect(unlockKeys('first password')).rejects.toMatchObject({ code: 'KEYS_WRONG_SECRET' });
  await unlockKeys('second password');
  await removeKeyLock();
  expect(keyLock()).toEqual({ kind: 'none', locked: false });
  expect(await readSetting(settingKeys.burnerKey)).toBe(own);
});

test('a short password locks nothing', async () => {
  const own = await ownKey();
  await expect(lockWithPassword('short')).rejects.toMatchObject({ code: 'KEYS_PASSWORD_SHORT' });
  expect(await readSetting(settingKeys.burnerKey)).toBe(own);
});

describe('with a passkey', () => {
  let authenticatorId: string | undefined;
  interface Protocol {
    send(method: string, parameters?: object): Promise<{ authenticatorId: string }>;
  }
  const protocol = (): Protocol => cdp() as unknown as Protocol;

  async function authenticator(options: { readonly hasPrf: boolean }): Promise<void> {
    await protocol().send('WebAuthn.enable');
    const { authenticatorId: id } = await protocol().send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        ...options,
      },
    });
    authenticatorId = id;
  }
  afterEach(async () => {
    if (authenticatorId !== undefined) {
      await protocol().send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    }
    authenticatorId = undefined;
    await protocol().send('WebAuthn.disable');
  });

  test('its PRF opens the keys, and who does not confirm it opens nothing', async () => {
    await authenticator({ hasPrf: true });
    const own = await ownKey();
    await lockWithPasskey('Tributary');
    expect(keyLock()).toEqual({ kind: 'passkey', locked: false });
    expect(await stored()).not.toContain(own.slice(2));
    closeKeys();
    await expect(readOwnKey()).rejects.toMatchObject({ code: 'KEYS_LOCKED' });
    await unlockKeys();
    expect(await readOwnKey()).toBe(own);
    closeKeys();
    await protocol().send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await expect(unlockKeys()).rejects.toMatchObject({ code: 'PASSKEY_REFUSED' });
    expect(keyLock()).toEqual({ kind: 'passkey', locked: true });
  });

  test('an authenticator without PRF is refused, and the keys stay as they are', async () => {
    await authenticator({ hasPrf: false });
    const own = await ownKey();
    await expect(lockWithPasskey('Tributary')).rejects.toMatchObject({ code: 'PASSKEY_UNSUPPORTED' });
    expect(keyLock().kind).toBe('none');
    expect(await readSetting(settingKeys.burnerKey)).toBe(own);
  });
});
