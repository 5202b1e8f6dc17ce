import { expect, test } from 'vitest';
import { LOCAL_CHAIN_ID } from '../localChain.ts';
import { clockTag } from './clockTag.ts';

test('a local chain tells the time by what waits for a block, others by their latest', () => {
  expect(clockTag({ chainId: LOCAL_CHAIN_ID })).toBe('pending');
  expect(clockTag({ chainId: 10 })).toBe('latest');
});
