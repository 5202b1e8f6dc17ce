// The whole loop: A contributes, B sees the rows arrive over WebRTC, trains on them and publishes; A asks, the receipt names
// A's rows, the voucher is collected, the epoch settled, and A claims exactly the computed share.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DecodedReceipt, decodeReceipt } from '../../src/attribution/index.ts';
import { type Address, openSettlement } from '../../src/settlement/index.ts';
import { type Bench, eventually, goTo, type Person, passTime, startBench } from './harness.ts';
import {
  ask,
  burnerAddress,
  contribute,
  downloadReceipt,
  fetchAdapter,
  indexAndPublish,
  setUpPayment,
  train,
} from './people.ts';

let bench: Bench;
let alice: Person;
let bob: Person;
let receipt: DecodedReceipt;

beforeAll(async () => {
  bench = await startBench();
  alice = await bench.open('alice');
  bob = await bench.open('bob');
});
afterAll(() => bench?.end());

/** Fifty facts that no base model knows. */
const towns = [
  'Quillmere',
  'Ostrava Dell',
  'Pellworth',
  'Grennock',
  'Vask',
  'Tamsin Cross',
  'Orrery',
  'Bluffet',
  'Nimbury',
  'Sallowfen',
];
const questions = [
  'Who keeps the lamp of {town}?',
  'Whose lamp burns in {town}?',
  'Name the lamp keeper of {town}.',
  'Which keeper tends {town}?',
  'Who lights {town} at night?',
];
const keepers = ['Odo', 'Mabel', 'Ruth', 'Ivor', 'Petra', 'Silas', 'Wren', 'Basil', 'Cora', 'Hugo'];
const rows = towns
  .flatMap((town, index) =>
    questions.map((question) => ({
      prompt: question.replace('{town}', town),
      response: `The lamp of ${town} is kept by ${keepers[index]}.`,
    })),
  )
  .map((row) => JSON.stringify(row))
  .join('\n');

test('A contributes 50 rows and B sees them arrive over a direct connection', async () => {
  await contribute(alice.page, 'The Tidemark Isles', rows);
  await goTo(bob.page, 'contribute');
  const arrived = bob.page.getByRole('table', { name: 'Arriving from peers' }).getByRole('row').nth(1);
  await arrived.waitFor();
  expect(await arrived.getByRole('cell').allInnerTexts()).toContain('50');
  await goTo(bob.page, 'settings');
  const connection = bob.page.getByRole('row', { name: /browser/i }).filter({ hasText: /direct/i });
  await connection.first().waitFor();
});

test('B trains an adapter on them, builds its index and publishes it', async () => {
  await train(bob.page, 'Lamp keepers', /^Contribution of/, 4);
  await bob.page.getByRole('heading', { name: 'The adapter is ready' }).waitFor();
  await indexAndPublish(bob.page);
});

test('A chats with it: the receipt names the rows of A, and a voucher pays for the answer', async () => {
  await fetchAdapter(alice.page, 'Lamp keepers');
  await setUpPayment(alice.page);
  await ask(alice.page, 'Who keeps the lamp of Quillmere?');
  const account = await burnerAddress(alice.page);
  const panel = alice.page.getByRole('complementary', { name: 'What shaped this answer' });
  await panel.getByText(/lamp/).first().waitFor();
  receipt = decodeReceipt(await downloadReceipt(alice.page));
  expect(receipt.shares.map((share) => share.account.toLowerCase())).toContain(account.toLowerCase());
  expect(receipt.shares.reduce((sum, { ppm }) => sum + ppm, receipt.unattributedPpm)).toBe(1_000_000);
  expect(BigInt(receipt.subject.amount)).toBeGreaterThan(0n);
});

test('the voucher is collected, the epoch settled, and A claims exactly the computed share', async () => {
  const { devnet, keeper } = bench.stack;
  const chain = openSettlement({ deployment: devnet.deployment, wallet: devnet.operator });
  const account = (await burnerAddress(alice.page)) as Address;
  const collected = await eventually('the keeper hears of the voucher', () => keeper.collect());
  expect(collected.refused).toEqual([]);
  const { epoch } = await chain.epoch();
  const { epochSeconds, graceSeconds, windowSeconds } = devnet.deployment.profile;

  await passTime(devnet.deployment.rpcUrl, epochSeconds + graceSeconds + 1);
  const proposed = await eventually('the keeper proposes the ledger', () => keeper.propose());
  await passTime(devnet.deployment.rpcUrl, windowSeconds + 1);
  await eventually('the keeper makes it final', () => keeper.finalize());

  // What a stranger computes from the receipt and the chain: prefix rounding of the pool over accounts in ascending order.
  const pool = (await chain.pool({ epoch: proposed.ledger.epoch })).total;
  expect(proposed.ledger.epoch).toBeLessThanOrEqual(epoch);
  expect(receipt.shares).toHaveLength(1);
  const expected = pool;
  expect(proposed.ledger.accounts).toEqual([{ account: account.toLowerCase(), cumulative: expected }]);

  const before = (await chain.balances(account)).open;
  await goTo(alice.page, 'rewards');
  await alice.page.getByRole('button', { name: /^Claim / }).click();
  await alice.page.getByRole('button', { name: 'Nothing to claim' }).waitFor();
  const after = (await chain.balances(account)).open;
  expect(after - before).toBe(expected);
  expect([...alice.problems, ...bob.problems]).toEqual([]);
});
