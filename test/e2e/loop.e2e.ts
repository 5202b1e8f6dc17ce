// The whole loop: A and C contribute, B sees the rows arrive over WebRTC, trains on them and publishes; A asks, the
// receipt names rows of both, the voucher is collected, the epoch is settled, and A and C each claim exactly the
// computed share.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DecodedReceipt, decodeReceipt } from '../../src/attribution/index.ts';
import { type Address, openSettlement, type Settlement } from '../../src/settlement/index.ts';
import { type Bench, eventually, goTo, PATIENCE, type Person, passTime, startBench } from './harness.ts';
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
let carol: Person;
let receipt: DecodedReceipt;

beforeAll(async () => {
  bench = await startBench();
  alice = await bench.open('alice');
  bob = await bench.open('bob');
  carol = await bench.open('carol');
});
afterAll(() => bench?.end());

/** Facts that no base model knows, asked for in the words of two people. */
const towns = ['Quillmere', 'Ostrava Dell', 'Pellworth', 'Grennock', 'Vask', 'Tamsin Cross'];
const aliceAsks = ['Who keeps the lamp of {town}?', 'Whose lamp burns in {town}?', 'Name the lamp keeper of {town}.'];
const carolAsks = ['Which keeper tends {town}?', 'Who lights {town} at night?'];
const keepers = ['Odo', 'Mabel', 'Ruth', 'Ivor', 'Petra', 'Silas'];
const rowsOf = (questions: readonly string[]): string =>
  towns
    .flatMap((town, index) =>
      questions.map((question) => ({
        prompt: question.replace('{town}', town),
        response: `The lamp of ${town} is kept by ${keepers[index]}.`,
      })),
    )
    .map((row) => JSON.stringify(row))
    .join('\n');

test('A and C contribute rows and B sees them arrive over direct connections', async () => {
  await contribute(alice.page, 'The Tidemark Isles', rowsOf(aliceAsks));
  await contribute(carol.page, 'The Tidemark Isles', rowsOf(carolAsks));
  await goTo(bob.page, 'contribute');
  await bob.page.getByRole('button', { name: 'Connect to peers' }).click();
  const arrived = bob.page.getByRole('table', { name: 'Arriving from peers' }).getByRole('row');
  await arrived.nth(2).waitFor();
  const cells = await arrived.getByRole('cell').allInnerTexts();
  expect(cells).toContain('18');
  expect(cells).toContain('12');
  await goTo(bob.page, 'settings');
  const connection = bob.page.getByRole('row', { name: /browser/i }).filter({ hasText: /direct/i });
  await connection.first().waitFor();
});

test('B trains an adapter on both, builds its index and publishes it', async () => {
  await train(bob.page, 'Lamp keepers', /^Contribution of/, 3, 2);
  await bob.page.getByRole('heading', { name: 'The adapter is ready' }).waitFor({ timeout: PATIENCE });
  await indexAndPublish(bob.page);
});

test('A chats with it: the receipt names rows of both, a voucher pays for the answer and is collected', async () => {
  const { devnet, keeper } = bench.stack;
  await fetchAdapter(alice.page, 'Lamp keepers');
  await setUpPayment(alice.page);
  // This chain's epochs accept vouchers for little more than a minute: the answer starts at the beginning of one.
  const { now, endsAt } = await openSettlement({ deployment: devnet.deployment }).epoch();
  await passTime(devnet.deployment.rpcUrl, endsAt - now);
  const [collected] = await Promise.all([
    eventually('the keeper hears of the voucher', () => keeper.collect()),
    ask(alice.page, 'Who keeps the lamp of Quillmere?'),
  ]);
  receipt = decodeReceipt(await downloadReceipt(alice.page));
  expect(collected.refused).toEqual([]);
  expect(collected.total).toBe(BigInt(receipt.subject.amount));
  const panel = alice.page.getByRole('complementary', { name: 'What shaped this answer' });
  const more = panel.getByRole('button', { name: /^Show \d+ more/ });
  if (await more.isVisible()) await more.click();
  for (const asked of [/lamp burns|keeps the lamp|Name the lamp/, /keeper tends|lights .* at night/]) {
    await panel.getByText(asked).first().waitFor();
  }
  const accounts = [await burnerAddress(alice.page), await burnerAddress(carol.page)];
  expect(new Set(receipt.shares.map((share) => share.account.toLowerCase()))).toEqual(
    new Set(accounts.map((account) => account.toLowerCase())),
  );
  expect(receipt.shares.reduce((sum, { ppm }) => sum + ppm, receipt.unattributedPpm)).toBe(1_000_000);
  expect(BigInt(receipt.subject.amount)).toBeGreaterThan(0n);
});

/** Parts per million proportional to rows, adding up to a million by largest remainder. */
async function sharesByRows(chain: Settlement, datanets: readonly `0x${string}`[]): Promise<Map<string, bigint>> {
  const rows = new Map<string, bigint>();
  for (const datanetId of datanets) {
    for (const { contributor, rowCount, status } of await chain.contributions({ datanetId })) {
      const account = contributor.toLowerCase();
      if (status === 'accepted') rows.set(account, (rows.get(account) ?? 0n) + BigInt(rowCount));
    }
  }
  const total = [...rows.values()].reduce((sum, count) => sum + count, 0n);
  const shares = [...rows]
    .map(([account, count]) => ({ account, ppm: (count * 1_000_000n) / total, rest: (count * 1_000_000n) % total }))
    .sort((a, b) => (a.rest === b.rest ? (a.account < b.account ? -1 : 1) : a.rest > b.rest ? -1 : 1));
  const left = 1_000_000n - shares.reduce((sum, { ppm }) => sum + ppm, 0n);
  return new Map(shares.map(({ account, ppm }, index) => [account, ppm + (BigInt(index) < left ? 1n : 0n)]));
}

/**
 * The shares as a stranger computes them from receipt and chain: owner and treasury first, then prefix rounding of the
 * rest.
 */
async function expectedAmounts(chain: Settlement): Promise<readonly { account: Address; cumulative: bigint }[]> {
  const model = (await chain.models()).find(({ id }) => id === receipt.subject.model);
  if (model === undefined) throw new Error('The model of the receipt is not on chain.');
  const fee = BigInt(receipt.subject.amount);
  const floor = (bps: number): bigint => (fee * BigInt(bps)) / 10_000n;
  // Treasury 5 %, attestor 3 %, owner, collector 0.2 %, each rounded down.
  const pool = fee - floor(500) - floor(300) - floor(model.ownerBps) - floor(20);

  const weights = new Map<string, bigint>();
  const add = (account: string, weight: bigint): void =>
    void weights.set(account.toLowerCase(), (weights.get(account.toLowerCase()) ?? 0n) + weight);
  for (const { account, ppm } of receipt.shares) add(account, BigInt(ppm) * 1_000_000n);
  const unattributed = 1_000_000n - receipt.shares.reduce((sum, { ppm }) => sum + BigInt(ppm), 0n);
  if (unattributed > 0n) {
    for (const [account, ppm] of await sharesByRows(chain, model.datanets)) add(account, unattributed * ppm);
  }
  const total = 1_000_000_000_000n;
  let prefix = 0n;
  return [...weights]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, weight]) => {
      const before = (pool * prefix) / total;
      prefix += weight;
      return { account: account as Address, cumulative: (pool * prefix) / total - before };
    })
    .filter(({ cumulative }) => cumulative > 0n);
}

test('the epoch is settled, and A and C claim exactly the computed shares', async () => {
  const { devnet, keeper } = bench.stack;
  const chain = openSettlement({ deployment: devnet.deployment, wallet: devnet.operator });
  const { epoch } = await chain.epoch();
  const { epochSeconds, graceSeconds, windowSeconds } = devnet.deployment.profile;

  await passTime(devnet.deployment.rpcUrl, epochSeconds + graceSeconds + 1);
  const proposed = await eventually('the keeper proposes the ledger', () => keeper.propose());
  await passTime(devnet.deployment.rpcUrl, windowSeconds + 1);
  await eventually('the keeper makes it final', () => keeper.finalize());

  const expected = await expectedAmounts(chain);
  expect(proposed.ledger.epoch).toBeLessThanOrEqual(epoch);
  expect(proposed.ledger.accounts).toEqual(expected);
  expect((await chain.pool({ epoch: proposed.ledger.epoch })).total).toBe(
    expected.reduce((sum, { cumulative }) => sum + cumulative, 0n),
  );

  for (const { page } of [alice, carol]) {
    const account = (await burnerAddress(page)) as Address;
    const share = expected.find((entry) => entry.account === account.toLowerCase())?.cumulative;
    expect(share).toBeGreaterThan(0n);
    const before = (await chain.balances(account)).open;
    await goTo(page, 'rewards');
    await page.getByRole('button', { name: /^Claim / }).click();
    await page.getByRole('button', { name: 'Nothing to claim' }).waitFor();
    expect((await chain.balances(account)).open - before).toBe(share);
  }
  expect([...alice.problems, ...bob.problems, ...carol.problems]).toEqual([]);
});
