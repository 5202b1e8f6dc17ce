// How a walk ends a tab or a browser, and how a person goes on with what was begun before: by what the page offers, nothing else.
import type { Page } from 'playwright-core';
import { openSettlement } from '../../../src/settlement/index.ts';
import { type Bench, eventually, goTo, type Person, recordsOf } from '../../e2e/harness.ts';
import { prepareContribution, signContribution } from '../../e2e/people.ts';
import { must, oneOf, type Turn } from './walkSuite.ts';

export const DATANET = 'Chemical elements';
const SLUG = 'elements';

/** Rows that nobody else has. */
export function rowsOf(words: string, count: number): string {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      prompt: `What is moored at pier ${index} of ${words}?`,
      response: `The boat Larch ${index} of ${words} is moored there.`,
    }),
  ).join('\n');
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const ways = ['tab closed', 'tab killed', 'browser closed', 'browser killed'] as const;

/** Ends the tab `page`, or its whole browser, in one of the ways it can end, and opens the app again. */
export async function endAndOpenAgain(
  turn: Turn,
  person: Person,
  page: Page,
): Promise<{ readonly person: Person; readonly page: Page }> {
  const way = oneOf(ways, turn.random);
  turn.note(way);
  if (way === 'tab closed' || way === 'tab killed') {
    if (way === 'tab killed') await page.goto('chrome://crash').catch(() => undefined);
    // A browser whose last tab closes may end.
    const next = await person.newTab();
    await page.close();
    return { person, page: next };
  }
  await (way === 'browser closed' ? person.close() : person.kill());
  const again = await turn.open();
  return { person: again, page: again.page };
}

/** Does `work` until it ends or so many milliseconds are over. Whether it ended; what interrupting it throws is no fault. */
export async function during(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return await Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    pause(milliseconds).then(() => false),
  ]);
}

export interface Contribution {
  readonly id: string;
  readonly contributor: string;
  readonly rows: number;
  readonly mine: boolean;
  readonly state: string;
}

export async function ownContributions(page: Page): Promise<readonly Contribution[]> {
  return (await recordsOf<Contribution>(page, 'contributions')).filter(({ mine }) => mine);
}

/** Contributions of an account on the chain, of all walks. */
export async function registeredBy(
  bench: Bench,
  contributor: string,
): Promise<readonly { readonly rowCount: number }[]> {
  const { deployment, operator } = bench.stack.devnet;
  const datanetId = deployment.datanets.find(({ slug }) => slug === SLUG)?.id ?? '0x';
  const all = await openSettlement({ deployment, wallet: operator }).contributions({ datanetId });
  return all.filter((each) => each.contributor.toLowerCase() === contributor);
}

export async function relayHeads(bench: Bench): Promise<number> {
  return ((await (await fetch(bench.stack.statusUrl)).json()) as { heads: number }).heads;
}

interface Draft {
  readonly key: string;
  readonly value: { readonly mayShare?: boolean };
}

async function storedDraft(page: Page): Promise<Draft | undefined> {
  return (await recordsOf<Draft>(page, 'drafts')).find(({ key }) => key === 'contribution');
}

/** Whether a draft that is prepared up to the signature is stored: what is clicked last is stored last. */
export async function isDraftStored(page: Page): Promise<boolean> {
  return (await storedDraft(page))?.value.mayShare === true;
}

/** Writes rows up to the signature, and ends when all of it is stored: what is clicked is stored a moment later. */
export async function prepareAndStore(page: Page, text: string): Promise<void> {
  await prepareContribution(page, DATANET, text);
  await eventually('the draft is stored', async () => ((await isDraftStored(page)) ? true : undefined));
}

/**
 * Goes on with a contribution until it is published, kept by the relay and on the chain. `wasPrepared`: the whole draft had stood there
 * when it was interrupted, so that nothing is to be written again.
 */
export async function finishContribution(page: Page, text: string, wasPrepared: boolean): Promise<void> {
  await goTo(page, 'contribute');
  await page.getByRole('heading', { level: 1, name: 'Contribute' }).waitFor();
  let [record] = await ownContributions(page);
  if (record === undefined) {
    const isKept = (await storedDraft(page)) !== undefined;
    must(isKept || !wasPrepared, 'The draft is lost.');
    const next = isKept ? 'Continue your draft' : 'Contribute rows';
    await page.getByRole('button', { name: next }).first().click();
    await prepareRest(page, text, wasPrepared);
    await signContribution(page);
    [record] = await ownContributions(page);
  } else {
    must((await storedDraft(page)) === undefined, 'What is published is a draft as well.');
    await page.getByText(/^You have a draft/).waitFor({ state: 'hidden' });
  }
  must(record !== undefined, 'Nothing was published.');
  await goTo(page, `contribute/done/${record.id}`);
  await page.getByRole('heading', { name: 'Published' }).waitFor();
  await eventually('the contribution is on the chain and with a relay', async () => {
    // Signed once more by this browser's wallet, which is asked for nothing else.
    await goOnBy(page, ['Use a test wallet', 'Register on the chain', 'Ask again now', 'Try again']);
    const [now] = await ownContributions(page);
    return now?.state === 'registered' || now?.state === 'accepted' ? true : undefined;
  });
}

/** The steps of a draft that are still to be done. */
async function prepareRest(page: Page, text: string, wasPrepared: boolean): Promise<void> {
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });
  const steps = ['Where do the rows belong?', 'Which rows?', 'Review and sign'] as const;
  await heading(steps[0]).or(heading(steps[1])).or(heading(steps[2])).waitFor();
  const next = page.getByRole('button', { name: 'Continue', exact: true });
  if (await heading(steps[0]).isVisible()) {
    await page.getByRole('radio', { name: DATANET }).check();
    await next.click();
  }
  if (await heading(steps[1]).isVisible()) {
    const written = page.getByLabel('Or write rows here');
    const ready = page.getByText(/rows? will be published/);
    await written.or(ready).first().waitFor();
    if (await written.isVisible()) {
      must(!wasPrepared, 'The rows of the draft are lost.');
      await written.fill(text);
      await page.getByRole('button', { name: 'Use this text' }).click();
    }
    await ready.waitFor();
    await next.click();
  }
  await page.getByLabel('Licence', { exact: true }).selectOption('CC0-1.0');
  await page.getByLabel('I may share these rows under this licence.').check();
}

/** Presses each of the buttons that is there and can be pressed. */
export async function goOnBy(page: Page, names: readonly (string | RegExp)[]): Promise<void> {
  for (const name of names) {
    const button = page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name }).first();
    // It may go away meanwhile.
    const isReady = (await button.isVisible()) && (await button.isEnabled({ timeout: 1_000 }).catch(() => false));
    if (isReady) await button.click({ timeout: 2_000 }).catch(() => undefined);
  }
}

/** Files of checkpoints that lie on this browser's disk. */
export async function checkpointFiles(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const names: string[] = [];
    const visit = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        if (handle.kind === 'directory') await visit(handle as FileSystemDirectoryHandle, `${path}${name}/`);
        else if (path.includes('checkpoints')) names.push(path + name);
      }
    };
    await visit(await navigator.storage.getDirectory(), '');
    return names;
  });
}
