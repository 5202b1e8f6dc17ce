// Two tabs of one browser do things at the same time: there is one publication, one trainer, one payment; the other tab follows, and
// goes on by itself when the first one closes.
import type { Page } from 'playwright-core';
import { eventually, goTo, recordsOf } from '../../e2e/harness.ts';
import { burnerAddress, contribute, setUpPayment, train, useBurner } from '../../e2e/people.ts';
import {
  DATANET,
  finishContribution,
  goOnBy,
  ownContributions,
  pause,
  prepareAndStore,
  registeredBy,
  rowsOf,
} from './goingOn.ts';
import { must, oneOf, type Turn, walkSuite } from './walkSuite.ts';

const ROWS = 2;
const MOVES = 8;

async function drafts(turn: Turn): Promise<void> {
  const text = rowsOf(turn.words, ROWS);
  const person = await turn.open();
  const first = person.page;
  await prepareAndStore(first, text);
  await useBurner(first, first.getByRole('button', { name: /^Sign and publish/ }));
  const tabs: Page[] = [first, await person.newTab()];
  for (const tab of tabs) {
    // What a tab has seen of the draft before is not what it goes on with.
    await goTo(tab, 'contribute');
    await tab.getByText(/^You have a draft/).waitFor();
    await goTo(tab, 'contribute/review');
  }
  const press = (tab: Page, name: string | RegExp): Promise<void> => goOnBy(tab, [name]);
  for (let move = 0; move < MOVES && tabs.length > 0; move += 1) {
    await pause(turn.random() * 400);
    const tab = oneOf(tabs, turn.random);
    const chance = turn.random();
    const number = tab === first ? 'first' : 'second';
    if (chance < 0.35) {
      turn.note(`${number} takes over`);
      await press(tab, 'Go on here');
    } else if (chance < 0.65) {
      turn.note('both sign');
      await Promise.all(tabs.map((each) => press(each, /^Sign and publish/)));
    } else if (chance < 0.8) {
      turn.note(`${number} signs`);
      await press(tab, /^Sign and publish/);
    } else if (chance < 0.9) {
      turn.note(`${number} is loaded again`);
      await tab.reload();
    } else if (tabs.length > 1) {
      turn.note(`${number} is closed`);
      tabs.splice(tabs.indexOf(tab), 1);
      await tab.close();
    }
  }
  for (const tab of tabs) await press(tab, 'Go on here');
  const last = await person.newTab();
  for (const tab of tabs) await tab.close();
  await finishContribution(last, text, true);
  const own = await ownContributions(last);
  must(own.length === 1, `${own.length} contributions were published.`);
  const registered = await registeredBy(turn.bench, own[0]?.contributor ?? '');
  must(registered.length === 1, `${registered.length} contributions are on the chain.`);
}

async function runs(turn: Turn): Promise<void> {
  const person = await turn.open();
  const first = person.page;
  await contribute(first, DATANET, rowsOf(turn.words, 4));
  await train(first, turn.words, /^Your contribution/, 16);
  await first
    .getByText(/^Step \d+ of/)
    .first()
    .waitFor();
  const second = await person.newTab();
  await goTo(second, 'factory');
  await second.getByText('Training in another tab').waitFor();
  await second.getByRole('link', { name: turn.words }).click();
  await second.getByText(/Another tab of this browser trains this run/).waitFor();
  const milliseconds = Math.round(turn.random() * 3_000);
  if (turn.random() < 0.5) {
    turn.note(`taken over after ${milliseconds} ms`);
    await pause(milliseconds);
    await second.getByRole('button', { name: 'Stop it there and go on here' }).click();
    await second.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await first.getByText('Training in another tab').waitFor();
  } else {
    turn.note(`first tab closed after ${milliseconds} ms`);
    await pause(milliseconds);
    await first.close();
  }
  // By itself: nothing is pressed.
  await second.getByRole('heading', { name: 'The adapter is ready' }).waitFor({ timeout: 120_000 });
  must((await recordsOf(second, 'adapters')).length === 1, 'There is more than one adapter.');
  must((await recordsOf(second, 'runs')).length === 1, 'There is more than one run.');
}

async function wallets(turn: Turn): Promise<void> {
  const person = await turn.open();
  const first = person.page;
  const second = await person.newTab();
  await goTo(first, oneOf(['rewards', 'settings'], turn.random));
  await goTo(second, oneOf(['rewards', 'chat', 'factory'], turn.random));
  await first
    .getByRole('button', { name: /test wallet/i })
    .first()
    .click();
  const address = await burnerAddress(first);
  must(/^0x[0-9a-f]{40}$/.test(address), 'The first tab has no wallet.');
  const other = await burnerAddress(second);
  must(other === address, `The second tab has the wallet ${other}, the first ${address}.`);
}

interface Message {
  readonly role: string;
  readonly chatId: string;
  readonly fee?: bigint;
}

async function answers(turn: Turn): Promise<void> {
  const person = await turn.open();
  const first = person.page;
  await setUpPayment(first);
  await first.getByLabel('Your question').fill('Who is the founder of Gristmill?');
  await first.getByLabel('Your question').press('Enter');
  const messages = (page: Page) => recordsOf<Message>(page, 'messages');
  const chat = await eventually('the question is stored', async () => (await messages(first))[0]?.chatId);
  const second = await person.newTab();
  await goTo(second, `chat/${chat}`);
  const closes = turn.random() < 0.4;
  const after = Math.round(turn.random() * 8_000);
  const begin = Date.now();
  let isClosed = false;
  await eventually('the answer is paid', async () => {
    if (closes && !isClosed && Date.now() - begin > after) {
      turn.note(`first tab closed after ${after} ms`);
      isClosed = true;
      await first.close();
    }
    const interrupted = await second.getByText('The page was closed before').isVisible();
    await goOnBy(second, ['Estimate influence', ...(interrupted ? ['Answer again'] : [])]);
    if (!isClosed) await goOnBy(first, ['Estimate influence']);
    return (await second.getByText('Paid by voucher').first().isVisible()) ? true : undefined;
  });
  if (!isClosed) await first.getByText('Paid by voucher').first().waitFor();
  // A second payment would follow the first.
  await pause(1_500);
  const all = (await messages(second)).filter(({ role }) => role === 'assistant');
  const paid = all.reduce((sum, { fee = 0n }) => sum + fee, 0n);
  const vouchers = await recordsOf<{ cumulative: bigint }>(second, 'vouchers');
  const promised = vouchers.reduce((sum, { cumulative }) => sum + cumulative, 0n);
  must(all.length === 1, `There are ${all.length} answers.`);
  must(paid > 0n && promised === paid, `The answer costs ${paid}, and ${promised} are promised.`);
}

export const twoTabSuite = walkSuite({
  name: 'twoTabs',
  says: 'Two tabs draft, train, connect a wallet and pay at the same time: one does it, the other follows and takes its place.',
  parts: { drafts, runs, wallets, answers },
  runs: 20,
});
