import { HashRouter, Route } from '@solidjs/router';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { database } from '../../store/index.ts';
import { toRunRecord } from '../../workflows/training/runRecord.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { setConfig } from '../state/config.ts';
import { Overview } from './Overview.tsx';

let dispose: () => void = () => undefined;
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await database().runs.clear();
});

const run: TrainingRun = {
  id: 'tides',
  name: 'Tides',
  modelId: 'm',
  modelName: 'Small',
  sources: [],
  settings: { rank: 4, alpha: 8, learningRate: 1e-3, epochs: 1, batchSize: 1, seed: 1, maxSteps: 0 },
  rowsDigest: '0',
  rowCount: 1,
  status: 'running',
  totalSteps: 8,
  losses: [[1, 2]],
  tokens: 0,
  milliseconds: 0,
  checkpointStep: 0,
  createdAt: 1,
  updatedAt: 1,
};

test('a press on the link of a run counts, however often the run changes meanwhile', async () => {
  setConfig({ models: [{ id: 'm', name: 'Small', files: [] }] });
  await database().runs.put(toRunRecord(run));
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <HashRouter>
        <Route path="*" component={Overview} />
      </HashRouter>
    ),
    root,
  );
  const link = page.getByRole('link', { name: 'Tides' });
  await expect.element(page.getByText('1 of 8')).toBeVisible();
  const pressed = link.element();
  await database().runs.put(toRunRecord({ ...run, losses: [...run.losses, [2, 1]], updatedAt: 2 }));
  await expect.element(page.getByText('2 of 8')).toBeVisible();
  expect(link.element()).toBe(pressed);
  await database().runs.clear();
  await expect.element(link).not.toBeInTheDocument();
});
