import { expect, test } from 'vitest';
import { eventScope } from './eventScope.ts';
import { deployment, word } from './testing/fakeChain.ts';

test('a scope is one chain and one set of contracts, however their addresses are written', () => {
  const scope = eventScope(deployment);
  const { addresses } = deployment;
  const mixed = { ...addresses, modelRegistry: '0xAAaaAAaaAAaaAAaaAAaaAAaaAAaaAAaaAAaaAAaa' as const };
  const lower = { ...addresses, modelRegistry: '0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' as const };
  expect(eventScope({ ...deployment, genesisHash: word(1) })).not.toBe(scope);
  expect(eventScope({ ...deployment, addresses: mixed })).not.toBe(scope);
  expect(eventScope({ ...deployment, addresses: mixed })).toBe(eventScope({ ...deployment, addresses: lower }));
});
