import { createEffect, createRoot } from 'solid-js';
import { expect, onTestFinished, test } from 'vitest';
import { loadTexts } from './dictionary.ts';
import { english } from './en/index.ts';
import { type TextKey, t } from './t.ts';
import type { Area } from './types.ts';

test('what is said follows its own text when that comes, not the texts of another room', async () => {
  Object.assign(english, { late: async () => ({ 'late.title': 'Late' }) });
  const said: string[] = [];
  let others = 0;
  createRoot((dispose) => {
    onTestFinished(dispose);
    createEffect(() => void said.push(t('late.title' as TextKey)));
    createEffect(() => {
      t('ui.cancel');
      others += 1;
    });
  });
  await loadTexts('late' as Area);
  expect(said).toEqual(['late.title', 'Late']);
  expect(others).toBe(1);
});
