// The tab or its browser ends at any moment. When the app is open again, nothing is lost, nothing is done twice, and the page offers
// the way on.
import { openSettlement } from '../../../src/settlement/index.ts';
import { eventually, goTo, recordsOf } from '../../e2e/harness.ts';
import { contribute, indexAndPublish, setUpPayment, signContribution, train } from '../../e2e/people.ts';
import {
  checkpointFiles,
  DATANET,
  during,
  endAndOpenAgain,
  finishContribution,
  goOnBy,
  ownContributions,
  pause,
  prepareAndStore,
  registeredBy,
  relayHeads,
  rowsOf,
} from './goingOn.ts';
import { must, type Turn, walkSuite } from './walkSuite.ts';

const ROWS = 3;

async function contributing(turn: Turn): Promise<void> {
  const text = rowsOf(turn.words, ROWS);
  const heads = await relayHeads(turn.bench);
  let person = await turn.open();
  let { page } = person;
  let wasPrepared = true;
  if (turn.random() < 0.3) {
    const milliseconds = Math.round(turn.random() * 2_500);
    turn.note(`${milliseconds} ms of preparing`);
    wasPrepared = await during(prepareAndStore(page, text), milliseconds);
  } else {
    await prepareAndStore(page, text);
    const milliseconds = Math.round(turn.random() * 3_000);
    turn.note(`${milliseconds} ms of publishing`);
    await during(signContribution(page), milliseconds);
  }
  ({ person, page } = await endAndOpenAgain(turn, person, page));
  await finishContribution(page, text, wasPrepared);
  const own = await ownContributions(page);
  must(own.length === 1, `${own.length} contributions were published.`);
  const registered = await registeredBy(turn.bench, own[0]?.contributor ?? '');
  must(
    registered.length === 1 && registered[0]?.rowCount === ROWS,
    `On the chain: ${registered.map((each) => each.rowCount)}.`,
  );
  await eventually('the relay keeps the contribution', async () =>
    (await relayHeads(turn.bench)) > heads ? true : undefined,
  );
  must((await relayHeads(turn.bench)) === heads + 1, 'The relay keeps it more than once.');
}

interface Run {
  readonly id: string;
  readonly state: string;
}

async function training(turn: Turn): Promise<void> {
  let person = await turn.open();
  let { page } = person;
  await contribute(page, DATANET, rowsOf(turn.words, 6));
  const start = (): Promise<void> => train(page, turn.words, /^Your contribution/, 6);
  let milliseconds = Math.round(turn.random() * 15_000);
  turn.note(`${milliseconds} ms of training`);
  await during(
    start().then(() => page.getByRole('heading', { name: 'The adapter is ready' }).waitFor()),
    milliseconds,
  );
  for (let kill = 0; kill < 2; kill += 1) {
    ({ person, page } = await endAndOpenAgain(turn, person, page));
    await goTo(page, 'factory');
    await page.getByRole('heading', { level: 1, name: 'Factory' }).waitFor();
    if ((await recordsOf<Run>(page, 'runs')).length === 0) {
      turn.note('not begun');
      await start();
    } else {
      await page.getByRole('link', { name: turn.words }).click();
    }
    if (kill === 1) break;
    milliseconds = Math.round(turn.random() * 12_000);
    turn.note(`${milliseconds} ms more`);
    await pause(milliseconds);
  }
  await page.getByRole('heading', { name: 'The adapter is ready' }).waitFor();
  const runs = await recordsOf<Run>(page, 'runs');
  must(runs.length === 1 && runs[0]?.state === 'done', `Runs: ${runs.map(({ state }) => state)}.`);
  must((await recordsOf(page, 'adapters')).length === 1, 'There is more than one adapter.');
  await eventually('its checkpoints are deleted', async () =>
    (await recordsOf(page, 'checkpoints')).length + (await checkpointFiles(page)).length === 0 ? true : undefined,
  );
}

/** Presses what the page of a finished run offers until its adapter is on the chain. */
async function publishOn(page: Awaited<ReturnType<Turn['open']>>['page']): Promise<void> {
  const done = page.getByText('Registered on the chain. Its answers can now be paid for.');
  await eventually('the adapter is published and registered', async () => {
    if (await done.isVisible()) return true;
    await goOnBy(page, [
      'Build the index',
      'Continue building the index',
      'Use a test wallet',
      'Sign and publish',
      'Register on the chain',
      'Try again',
    ]);
    return undefined;
  });
}

async function publishing(turn: Turn): Promise<void> {
  let person = await turn.open();
  let { page } = person;
  await contribute(page, DATANET, rowsOf(turn.words, 5));
  await train(page, turn.words, /^Your contribution/, 1);
  await page.getByRole('heading', { name: 'The adapter is ready' }).waitFor();
  const route = new URL(page.url()).hash.slice(2);
  for (let kill = 0; kill < 3; kill += 1) {
    const milliseconds = Math.round(turn.random() * 6_000);
    turn.note(`${milliseconds} ms of publishing`);
    await during(kill === 0 ? indexAndPublish(page) : publishOn(page), milliseconds);
    ({ person, page } = await endAndOpenAgain(turn, person, page));
    await goTo(page, route);
    await page.getByRole('heading', { name: 'The adapter is ready' }).waitFor();
  }
  await publishOn(page);
  const [adapter] = await recordsOf<{ name: string; manifestCid?: string }>(page, 'adapters');
  must(adapter?.manifestCid !== undefined, 'The adapter has no manifest.');
  const [own] = await ownContributions(page);
  const { deployment, operator } = turn.bench.stack.devnet;
  const models = (await openSettlement({ deployment, wallet: operator }).models()).filter(
    ({ owner }) => owner.toLowerCase() === own?.contributor,
  );
  must(models.length === 1, `${models.length} models were registered.`);
}

interface Message {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly chatId: string;
  readonly fee?: bigint;
  readonly receiptId?: string;
}

async function paying(turn: Turn): Promise<void> {
  let person = await turn.open();
  let { page } = person;
  await setUpPayment(page);
  const question = page.getByLabel('Your question');
  const asking = async (): Promise<void> => {
    await question.fill('Who is the founder of Gristmill?');
    await question.press('Enter');
    await page.getByText('Paid by voucher').first().waitFor();
    await page.getByText('A relay keeps it').first().waitFor();
  };
  const attributed = page
    .getByText(/Opening the attribution index|Tracing the answer|Comparing with every row/)
    .first();
  const work = asking();
  if (turn.random() < 0.3) await during(work, Math.round(turn.random() * 10_000));
  else {
    await during(attributed.waitFor(), 60_000);
    const milliseconds = Math.round(turn.random() * 5_000);
    turn.note(`${milliseconds} ms of attributing and paying`);
    await during(work, milliseconds);
  }
  ({ person, page } = await endAndOpenAgain(turn, person, page));
  await page.getByLabel('Your question').waitFor();
  const messages = await recordsOf<Message>(page, 'messages');
  const [answer] = messages.filter(({ role }) => role === 'assistant');
  if (answer === undefined) {
    turn.note('not asked');
    await page.getByLabel('Your question').fill('Who is the founder of Gristmill?');
    await page.getByLabel('Your question').press('Enter');
  } else {
    await goTo(page, `chat/${answer.chatId}`);
  }
  await eventually('the answer is paid', async () => {
    const interrupted = await page.getByText('The page was closed before').isVisible();
    await goOnBy(page, ['Estimate influence', ...(interrupted ? ['Answer again'] : [])]);
    return (await page.getByText('Paid by voucher').first().isVisible()) ? true : undefined;
  });
  const vouchers = await eventually('every voucher is announced', async () => {
    const all = await recordsOf<{ cumulative: bigint; announced: string; epoch: string }>(page, 'vouchers');
    return all.every(({ announced }) => announced === 'sent') ? all : undefined;
  });
  await eventually('every receipt is announced', async () =>
    (await recordsOf<{ announced: string }>(page, 'receipts')).every(({ announced }) => announced === 'sent')
      ? true
      : undefined,
  );
  const answers = (await recordsOf<Message>(page, 'messages')).filter(({ role }) => role === 'assistant');
  const paid = answers.reduce((sum, { fee = 0n }) => sum + fee, 0n);
  const promised = vouchers.reduce((sum, { cumulative }) => sum + cumulative, 0n);
  must(answers.length === 1, `There are ${answers.length} answers.`);
  must(paid > 0n && paid === promised, `The answer costs ${paid}, and ${promised} are promised.`);
}

export const tabSuite = walkSuite({
  name: 'tabs',
  says: 'A tab or its browser ends at any moment of contributing, training, publishing and paying: nothing is lost or done twice.',
  parts: { contributing, training, publishing, paying },
  runs: 24,
});
