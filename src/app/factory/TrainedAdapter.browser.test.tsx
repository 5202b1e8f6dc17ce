// Publishing asks what answers cost and says what that means; nothing is registered that nobody chose.
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { eventually } from '../../../test/support/eventually.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { presetSettings } from '../../workflows/training/trainingSettings.ts';
import type * as Adapters from '../state/adapters.ts';
import type * as Publishing from '../state/publishTrainedAdapter.ts';
import type * as Settlement from '../state/settlement.ts';
import type * as Signer from '../state/signer.ts';
import { TrainedAdapter } from './TrainedAdapter.tsx';

const world = vi.hoisted(() => ({
  published: [] as Record<string, unknown>[],
  registered: 0,
  record: {} as Record<string, unknown>,
}));
vi.mock('../state/publishTrainedAdapter.ts', async (original) => ({
  ...(await original<typeof Publishing>()),
  publishTrainedAdapter: async (parameters: Record<string, unknown>) => void world.published.push(parameters),
  async registerAdapter() {
    world.registered += 1;
  },
}));
vi.mock('../state/adapters.ts', async (original) => ({
  ...(await original<typeof Adapters>()),
  findStoredAdapter: async () => world.record,
}));
vi.mock('../state/settlement.ts', async (original) => ({
  ...(await original<typeof Settlement>()),
  discover: async () => undefined,
  hasChain: () => true,
}));
vi.mock('../state/signer.ts', async (original) => ({
  ...(await original<typeof Signer>()),
  currentSigner: () => ({ address: '0x1' }),
}));

const run: TrainingRun = {
  id: 'run-1',
  name: 'Towns',
  modelId: 'seedling',
  modelName: 'Seedling',
  sources: [],
  settings: presetSettings('balanced', 256),
  rowsDigest: '',
  rowCount: 38,
  status: 'trained',
  totalSteps: 2,
  losses: [],
  tokens: 0,
  milliseconds: 0,
  checkpointStep: 0,
  createdAt: 0,
  updatedAt: 0,
  adapterId: 'trained-run-1',
};
const files = [{ name: 'index.cbor', bytes: 1 }];

let dispose: () => void = () => undefined;
beforeEach(() => {
  Object.assign(world, { published: [], registered: 0, record: { id: 'trained-run-1', files } });
});
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});
function mount(): void {
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(() => <TrainedAdapter run={run} />, root);
}

test('price, part and description are asked, with what they mean for one answer', async () => {
  mount();
  const effect = (text: string) => expect.element(page.getByText(text, { exact: false })).toBeVisible();
  // By default 0.5 OPEN: 40 tokens cost 0.02, of which a fifth is the trainer's.
  await effect('An answer of 40 tokens costs 0.02 OPEN: you get 0.004 OPEN, contributors 0.01436 OPEN');
  await page.getByLabelText('Price for 1,000 tokens, in OPEN').fill('2');
  await page.getByLabelText('Your part, in percent').fill('10');
  await page.getByLabelText('Description').fill('Where the towns lie.');
  await effect('costs 0.08 OPEN: you get 0.008 OPEN');
  await page.getByRole('button', { name: 'Sign and publish' }).click();
  await eventually(() => expect(world.published).toHaveLength(1));
  expect(world.published[0]).toMatchObject({
    description: 'Where the towns lie.',
    terms: { price: '2000000000000000000', ownerBps: 1_000 },
  });
});

test('a part above what the contracts allow cannot be published, and zero is said to pay nobody', async () => {
  mount();
  await page.getByLabelText('Your part, in percent').fill('51');
  await page.getByLabelText('Description').click();
  await expect.element(page.getByRole('button', { name: 'Sign and publish' })).toBeDisabled();
  await page.getByLabelText('Your part, in percent').fill('50');
  await page.getByLabelText('Price for 1,000 tokens, in OPEN').fill('0');
  await expect.element(page.getByText('Answers are free', { exact: false })).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Sign and publish' })).toBeEnabled();
});

test('an adapter whose registration was cut off can be registered, and its terms are those of the chain', async () => {
  world.record = { id: 'trained-run-1', files, manifestCid: 'bafy', data: { terms: { price: '7', ownerBps: 100 } } };
  mount();
  await page.getByRole('button', { name: 'Register on the chain' }).click();
  await eventually(() => expect(world.registered).toBe(1));
  dispose();
  const terms = { price: '2000000000000000000', ownerBps: 1_000 };
  world.record = { ...world.record, data: { terms, registered: true } };
  mount();
  await expect
    .element(page.getByText('On the chain: 2 OPEN per 1,000 tokens, of which 10 % are yours.', { exact: false }))
    .toBeVisible();
});
