import { expect, test } from 'vitest';
import type { ChainHealth } from '../settlement/index.ts';
import { requireReady } from './requireReady.ts';

const { signal } = new AbortController();
const ask = (health: ChainHealth) =>
  requireReady(
    {
      async health(options) {
        expect(options?.signal).toBe(signal);
        return health;
      },
    },
    { signal },
  );

test('a chain that is ready answers with its newest block', async () => {
  expect(await ask({ state: 'ready', blockNumber: 7n })).toBe(7n);
});

test.each([
  [{ state: 'wrongChain', chainId: 5 }, 'CHAIN_ID_MISMATCH', { chainId: 5 }],
  [{ state: 'unreachable' }, 'CHAIN_UNREACHABLE', {}],
  [{ state: 'reset' }, 'CHAIN_RESET', { state: 'reset' }],
  [{ state: 'notDeployed' }, 'CHAIN_RESET', { state: 'notDeployed' }],
] satisfies [ChainHealth, string, object][])('of a chain that is %o nothing is read', async (health, code, facts) => {
  await expect(ask(health)).rejects.toMatchObject({ code, facts });
});
