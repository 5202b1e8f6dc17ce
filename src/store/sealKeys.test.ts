import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openKeys, type SealedKeys, sealKeys } from './sealKeys.ts';

const keys = { burner: `0x${'1'.repeat(64)}`, session: `0x${'2'.repeat(64)}` };
const password = { kind: 'password', password: 'correct horse' } as const;
const passkey = { kind: 'passkey', prf: new Uint8Array(32).fill(7) } as const;

test.each([password, passkey])('$kind opens what it sealed, and nothing of it stands in the JSON', async (secret) => {
  const sealed = await sealKeys({ keys, secret });
  const text = JSON.stringify(sealed);
  for (const key of Object.values(keys)) expect(text).not.toContain(key.slice(2));
  expect(await openKeys({ sealed: JSON.parse(text), secret })).toEqual(keys);
  expect(await sealKeys({ keys, secret })).not.toEqual(sealed);
});

test('another secret, or one of the other kind, opens nothing', async () => {
  const sealed = await sealKeys({ keys, secret: password });
  const wrong = { kind: 'password', password: 'correct Horse' } as const;
  for (const secret of [wrong, passkey]) {
    await expect(openKeys({ sealed, secret })).rejects.toMatchObject({ code: 'KEYS_WRONG_SECRET' });
  }
  const other = { kind: 'passkey', prf: new Uint8Array(32).fill(8) } as const;
  await expect(openKeys({ sealed: await sealKeys({ keys, secret: passkey }), secret: other })).rejects.toMatchObject({
    code: 'KEYS_WRONG_SECRET',
  });
});

test('the same password in another Unicode form opens it', async () => {
  const sealed = await sealKeys({ keys, secret: { kind: 'password', password: 'gr\u00fc\u00dfe aus k\u00f6ln' } });
  const secret = { kind: 'password', password: 'gru\u0308\u00dfe aus ko\u0308ln' } as const;
  expect(await openKeys({ sealed, secret })).toEqual(keys);
});

test('no field can be changed', async () => {
  const sealed = await sealKeys({ keys, secret: passkey });
  const flip = (text: string): string => (text.startsWith('a') ? `b${text.slice(1)}` : `a${text.slice(1)}`);
  for (const field of ['salt', 'nonce', 'ciphertext'] as const) {
    const changed = { ...sealed, [field]: flip(sealed[field]) };
    await expect(openKeys({ sealed: changed, secret: passkey })).rejects.toMatchObject({ code: 'KEYS_WRONG_SECRET' });
  }
  const withPassword = (await sealKeys({ keys, secret: password })) as SealedKeys & { rounds: number };
  await expect(openKeys({ sealed: { ...withPassword, rounds: 1 }, secret: password })).rejects.toMatchObject({
    code: 'KEYS_WRONG_SECRET',
  });
});

test('a short password is refused', async () => {
  await expect(sealKeys({ keys, secret: { kind: 'password', password: '1234567' } })).rejects.toMatchObject({
    code: 'KEYS_PASSWORD_SHORT',
    facts: { characters: 7, least: 8 },
  });
});

test('whatever else a file holds is refused before any work', async () => {
  const sealed = await sealKeys({ keys, secret: password });
  for (const changed of [
    { rounds: 1e9 },
    { rounds: 0.5 },
    { version: 2 },
    { kind: 'none' },
    { nonce: '' },
    { salt: 'a'.repeat(1e5) },
  ]) {
    await expect(openKeys({ sealed: { ...sealed, ...changed }, secret: password })).rejects.toMatchObject({
      code: 'KEYS_SEAL_INVALID',
    });
  }
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (value) => {
      await expect(openKeys({ sealed: value, secret: passkey })).rejects.toMatchObject({ code: 'KEYS_SEAL_INVALID' });
    }),
  );
});
