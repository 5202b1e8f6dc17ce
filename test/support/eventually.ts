import { vi } from 'vitest';

/**
 * Waits until the expectations hold. What is waited for is never a matter of time: the bound only ends a test that would wait for
 * ever. (`vi.waitFor` gives up after a second by itself, which a busy machine takes for many things.)
 */
export function eventually<Value>(expectations: () => Value | Promise<Value>): Promise<Value> {
  return vi.waitFor(expectations, { timeout: 50_000, interval: 20 });
}
