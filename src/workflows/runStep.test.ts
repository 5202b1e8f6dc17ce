import { describe, expect, test } from 'vitest';
import { TributaryError } from '../lib/errors.ts';
import { isUnclear, runStep } from './runStep.ts';
import { answeringLate } from './testing/answeringLate.ts';

const failure = (code: string): TributaryError => new TributaryError({ code, message: 'Failed.', hint: 'None.' });

/** A step whose effect is there after `run`, or only if `lost` is false where `run` throws. */
function step({ done = false, error, effect = true }: { done?: boolean; error?: unknown; effect?: boolean } = {}) {
  const calls: string[] = [];
  let isDone = done;
  const ports = answeringLate({
    async isDone() {
      calls.push('ask');
      return isDone;
    },
    async run() {
      calls.push('run');
      isDone = effect;
      if (error !== undefined) throw error;
    },
  });
  return { ports, calls };
}

describe('runStep', () => {
  test('does what is missing, and nothing whose effect is there', async () => {
    const missing = step();
    expect(await runStep(missing.ports)).toBe('done');
    expect(missing.calls).toStrictEqual(['ask', 'run']);
    const there = step({ done: true });
    expect(await runStep(there.ports)).toBe('already');
    expect(there.calls).toStrictEqual(['ask']);
  });

  test.each(['TRANSACTION_CANCELLED', 'TRANSACTION_REPLACED', 'TRANSACTION_REVERTED', 'TRANSACTION_PENDING'])(
    'after %s the effect decides',
    async (code) => {
      expect(isUnclear(failure(code))).toBe(true);
      const there = step({ error: failure(code) });
      expect(await runStep(there.ports)).toBe('done');
      expect(there.calls).toStrictEqual(['ask', 'run', 'ask']);
      await expect(runStep(step({ error: failure(code), effect: false }).ports)).rejects.toMatchObject({ code });
    },
  );

  test.each([failure('WALLET_REJECTED'), new Error('TRANSACTION_PENDING'), { code: 'TRANSACTION_PENDING' }])(
    'any other error is thrown without asking again: %o',
    async (error) => {
      expect(isUnclear(error)).toBe(false);
      const { ports, calls } = step({ error });
      await expect(runStep(ports)).rejects.toBe(error);
      expect(calls).toStrictEqual(['ask', 'run']);
    },
  );

  test('asks nothing after an abort, and sends nothing when it comes while the chain is asked', async () => {
    const abort = new AbortController();
    const { ports, calls } = step();
    const asking = {
      ...ports,
      async isDone() {
        abort.abort(new Error('enough'));
        return ports.isDone();
      },
    };
    await expect(runStep({ ...asking, signal: abort.signal })).rejects.toThrow('enough');
    expect(calls).toStrictEqual(['ask']);
    await expect(runStep({ ...ports, signal: abort.signal })).rejects.toThrow('enough');
    expect(calls).toStrictEqual(['ask']);
  });
});
