import { expect, test } from 'vitest';
import { createBurnerKey } from './burnerWallet.ts';
import { localSigner } from './localSigner.ts';
import { verifyMessage } from './verifyMessage.ts';

test('what it signs verifies for its address and for no other', async () => {
  const [alice, bob] = [localSigner({ privateKey: createBurnerKey() }), localSigner({ privateKey: createBurnerKey() })];
  const bytes = new TextEncoder().encode('rows');
  const signature = await alice.signMessage(bytes);
  expect(await verifyMessage(alice.address, bytes, signature)).toBe(true);
  expect(await verifyMessage(bob.address, bytes, signature)).toBe(false);
});
