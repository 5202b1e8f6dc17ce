// The browser's storage is full from any moment on, until space is made: what is done either goes on or says that the browser is full, with
// a way on; once there is space it goes on, and nothing is lost.
import { eventually, goTo, type Person, recordsOf } from '../../e2e/harness.ts';
import { contribute, prepareContribution, train, useBurner } from '../../e2e/people.ts';
import {
  checkpointFiles,
  DATANET,
  during,
  finishContribution,
  goOnBy,
  isDraftStored,
  ownContributions,
  pause,
  prepareAndStore,
  rowsOf,
} from './goingOn.ts';
import { must, type Turn, walkSuite } from './walkSuite.ts';

const FULL = 'This browser is full';

interface Disk {
  /** Leaves so many bytes. */
  fill(bytes: number): Promise<void>;
  free(): Promise<void>;
}

async function diskOf({ page, context }: Person): Promise<Disk> {
  const session = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  return {
    async fill(bytes) {
      const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: Math.ceil(usage) + bytes });
    },
    free: async () => void (await session.send('Storage.overrideQuotaForOrigin', { origin })),
  };
}

/** What a person begins, and how it is seen that it came to its end. */
interface Work {
  readonly begin: Promise<unknown>;
  end(): Promise<unknown>;
}

/**
 * Fills the disk after so many milliseconds of `work`. When that has ended, or the page says that the browser is full, there is space
 * again. Whether it was told.
 */
async function whileFull(turn: Turn, person: Person, work: Work, most: number, what: string): Promise<boolean> {
  const disk = await diskOf(person);
  const milliseconds = Math.round(turn.random() * most);
  const bytes = Math.round(turn.random() ** 3 * 400_000);
  turn.note(`full but for ${bytes} bytes after ${milliseconds} ms of ${what}`);
  let hasEnded = false;
  // Interrupted by the full disk it may fail or wait for ever; what the page says counts.
  void work.begin.then(work.end).then(
    () => {
      hasEnded = true;
    },
    () => undefined,
  );
  await pause(milliseconds);
  await disk.fill(bytes);
  let isTold = false;
  await eventually('it goes on, or the page says that the browser is full', async () => {
    isTold = await person.page.getByText(FULL).first().isVisible();
    return isTold || hasEnded ? true : undefined;
  });
  await disk.free();
  turn.note(isTold ? 'told' : 'not noticed');
  // Nobody else presses the buttons of this page until then.
  await work.begin.catch((error: Error) => turn.note(`what was begun failed: ${error.message.split('\n')[0]}`));
  return isTold;
}

async function drafting(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  // As large as what is left may be.
  const text = rowsOf(turn.words, Math.ceil(turn.random() * 1_500));
  const begin = prepareContribution(page, DATANET, text);
  await whileFull(turn, person, { begin, end: () => begin }, 2_500, 'preparing');
  await begin;
  await eventually('what stands on the screen is stored, or the page says that it is not', async () => {
    if (await isDraftStored(page)) return true;
    // A card about the draft offers to store it again.
    await goOnBy(page, ['Try again']);
    return undefined;
  });
  must(!(await page.getByText(FULL).isVisible()), 'The draft is stored, and the page says that it is not.');
  await page.reload();
  await finishContribution(page, text, true);
  must((await ownContributions(page)).length === 1, 'There is not one contribution.');
}

async function publishing(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  const text = rowsOf(turn.words, 20);
  await prepareAndStore(page, text);
  const sign = page.getByRole('button', { name: /^Sign and publish/ });
  await useBurner(page, sign);
  const published = page.getByRole('heading', { name: 'Published' });
  await whileFull(turn, person, { begin: sign.click(), end: () => published.waitFor() }, 1_500, 'publishing');
  await goOnBy(page, ['Try again']);
  await during(published.waitFor(), 10_000);
  await finishContribution(page, text, true);
  must((await ownContributions(page)).length === 1, 'There is not one contribution.');
}

async function downloading(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  const work = {
    begin: page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click(),
    end: () =>
      page
        .getByText(/from \d+ contributor/)
        .first()
        .waitFor(),
  };
  await whileFull(turn, person, work, 8_000, 'downloading and answering');
  await eventually('the answer and what shaped it are there', async () => {
    const [answer] = (await recordsOf<{ role: string; state: string; influence?: unknown }>(page, 'messages')).filter(
      ({ role }) => role === 'assistant',
    );
    if (answer?.state === 'done' && answer.influence !== undefined) return true;
    const names = [
      ...(answer === undefined ? ['Who is the founder of Gristmill?'] : []),
      'Load the model again',
      'Try again',
      'Estimate influence',
    ];
    await goOnBy(page, answer?.state === 'failed' ? [...names, 'Answer again'] : names);
    return undefined;
  });
}

async function training(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  await contribute(page, DATANET, rowsOf(turn.words, 4));
  const ready = page.getByRole('heading', { name: 'The adapter is ready' });
  const begin = train(page, turn.words, /^Your contribution/, 4);
  await whileFull(turn, person, { begin, end: () => ready.waitFor() }, 15_000, 'training');
  await goTo(page, 'factory');
  await page.getByRole('heading', { level: 1, name: 'Factory' }).waitFor();
  if ((await recordsOf(page, 'runs')).length === 0) await train(page, turn.words, /^Your contribution/, 4);
  else await page.getByRole('link', { name: turn.words }).click();
  await eventually('the run ends', async () => {
    if (await ready.isVisible()) return true;
    await goOnBy(page, [/^Continue from step/, 'Start again', 'Try again']);
    return undefined;
  });
  const indexed = page.getByText('Ready: answers of this adapter name their rows.');
  await page.getByRole('button', { name: 'Build the index' }).click();
  await whileFull(turn, person, { begin: Promise.resolve(), end: () => indexed.waitFor() }, 4_000, 'indexing');
  await eventually('the index is built', async () => {
    if (await indexed.isVisible()) return true;
    await goOnBy(page, ['Continue building the index', 'Build the index', 'Try again']);
    return undefined;
  });
  await eventually('its checkpoints are deleted', async () =>
    (await recordsOf(page, 'checkpoints')).length + (await checkpointFiles(page)).length === 0 ? true : undefined,
  );
}

export const quotaSuite = walkSuite({
  name: 'quota',
  says: 'The storage is full from any moment of drafting, publishing, downloading, training and indexing on: it says so and goes on later.',
  parts: { drafting, publishing, downloading, training },
  runs: 20,
});
