import { HashRouter, Route } from '@solidjs/router';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { database } from '../../store/index.ts';
import { setConfig } from '../state/config.ts';
import type * as Training from '../state/training.ts';
import { NewRun } from './NewRun.tsx';

const made = vi.hoisted(() => ({ runs: 0 }));
vi.mock('../state/training.ts', async (original) => ({
  ...(await original<typeof Training>()),
  prepareTraining: async () => ({ summary: {}, encoded: [], trained: [], placebo: [], duplicates: 0, digest: '' }),
  createRun: () => {
    made.runs += 1;
    return new Promise(() => undefined);
  },
}));

let dispose: () => void = () => undefined;
const clear = () => database().drafts.clear();
beforeEach(clear);
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await clear();
});

test('a second press while a run is being recorded records no other', async () => {
  const datanet = { id: `0x${'1'.repeat(64)}`, name: 'Tides', rowCount: 3, rowsUrl: './rows' } as never;
  setConfig({ models: [{ id: 'm', name: 'Small', files: [] }], datanets: [datanet] });
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <HashRouter>
        <Route path="*" component={NewRun} />
      </HashRouter>
    ),
    root,
  );
  await page.getByLabelText('Name', { exact: true }).fill('Tides');
  // A new draft learns from the first Datanet.
  await expect.element(page.getByRole('checkbox')).toBeChecked();
  const start = page.getByRole('button', { name: 'Start without timing' });
  await start.click();
  await expect.poll(() => made.runs).toBe(1);
  await expect.element(start).toBeDisabled();
  expect(made.runs).toBe(1);
});
