// The browser's storage is full from any moment on, until space is made: what is done either goes on or says that the browser is full, with
// a way on; once there is space it goes on, and nothing is lost.
import { eventually, goTo, type Person, recordsOf } from '../../e2e/harness.ts';
import { contribute, prepareContribution, signContribution, train, useBurner } from '../../e2e/people.ts';
import {
  checkpointFiles,
  DATANET,
  during,
  finishContribution,
  goOnBy,
  ownContributions,
  pause,
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

/**
 * Does `work` while the disk fills after so many milliseconds. Ends when it has ended, or the page says that the browser is full; then
 * there is space again. Whether it was told.
 */
async function whileFull(
  turn: Turn,
  person: Person,
  work: Promise<unknown>,
  most: number,
  what: string,
): Promise<boolean> {
  const disk = await diskOf(person);
  const milliseconds = Math.round(turn.random() * most);
  const bytes = Math.round(turn.random() ** 3 * 400_000);
  turn.note(`full but for ${bytes} bytes after ${milliseconds} ms of ${what}`);
  let hasEnded = false;
  // Interrupted by the full disk it may fail or wait for ever; what the page says counts.
  void work.then(
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
  return isTold;
}

async function drafting(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  // As large as what is left may be.
  const text = rowsOf(turn.words, Math.ceil(turn.random() * 1_500));
  const isTold = await whileFull(turn, person, prepareContribution(page, DATANET, text), 2_500, 'preparing');
  if (isTold) {
    // A card about the draft offers to store it again; what is on screen is not lost by that.
    await goOnBy(page, ['Try again']);
    await eventually('the draft is stored', async () => ((await page.getByText(FULL).isVisible()) ? undefined : true));
  }
  await pause(300);
  // What stands on the screen without a warning is stored.
  const ready = page.getByText(/rows? will be published/).or(page.getByRole('heading', { name: 'Review and sign' }));
  const wasPrepared = await ready.first().isVisible();
  await page.reload();
  await finishContribution(page, text, wasPrepared);
  must((await ownContributions(page)).length === 1, 'There is not one contribution.');
}

async function publishing(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  const text = rowsOf(turn.words, 20);
  await prepareContribution(page, DATANET, text);
  await useBurner(page, page.getByRole('button', { name: /^Sign and publish/ }));
  await pause(300);
  await whileFull(turn, person, signContribution(page), 1_500, 'publishing');
  await goOnBy(page, ['Try again']);
  await during(page.getByRole('heading', { name: 'Published' }).waitFor(), 10_000);
  await finishContribution(page, text, true);
  must((await ownContributions(page)).length === 1, 'There is not one contribution.');
}

async function downloading(turn: Turn): Promise<void> {
  const person = await turn.open();
  const { page } = person;
  const work = (async (): Promise<void> => {
    await page.getByRole('button', { name: 'Who is the founder of Gristmill?' }).click();
    await page
      .getByText(/from \d+ contributor/)
      .first()
      .waitFor();
  })();
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
  const work = train(page, turn.words, /^Your contribution/, 4).then(() => ready.waitFor());
  await whileFull(turn, person, work, 15_000, 'training');
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
  await whileFull(turn, person, indexed.waitFor(), 4_000, 'indexing');
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
