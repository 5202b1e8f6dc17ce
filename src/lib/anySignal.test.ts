import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { anySignal } from './anySignal.ts';

test('aborts with the first, for its reason, and once', () => {
  const [one, two] = [new AbortController(), new AbortController()];
  const signal = anySignal([one.signal, two.signal]);
  expect(signal.aborted).toBe(false);
  two.abort('second');
  one.abort('first');
  expect([signal.aborted, signal.reason]).toEqual([true, 'second']);
});

test('is aborted from the start where one of them is', () => {
  const late = AbortSignal.abort('late');
  expect(anySignal([new AbortController().signal, late]).reason).toBe('late');
});

test('leaves nothing on the others once one has aborted', () => {
  const [long, short] = [new AbortController(), new AbortController()];
  anySignal([long.signal, short.signal]);
  expect(getEventListeners(long.signal, 'abort')).toHaveLength(1);
  short.abort();
  expect(getEventListeners(long.signal, 'abort')).toHaveLength(0);
});
