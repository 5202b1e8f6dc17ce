// The graphics device is lost for real, by the end of the browser's GPU process, at any moment of answering, training and indexing: the
// page goes on, or says what happened and offers the way on. It never hangs.
import { chromiumArguments } from '../../../tools/chromium.ts';
import { eventually, goTo, type Person, processes, recordsOf } from '../../e2e/harness.ts';
import { contribute, train } from '../../e2e/people.ts';
import { DATANET, goOnBy, pause, rowsOf } from './goingOn.ts';
import { must, type Turn, walkSuite } from './walkSuite.ts';

/** Chromium takes graphics away from pages whose GPU process ends often; here it is the test that ends it. */
const args = [...chromiumArguments, '--disable-gpu-process-crash-limit', '--disable-domain-blocking-for-3d-apis'];

/** Ends the GPU process and waits for the next one. */
async function loseDevice({ context }: Person): Promise<void> {
  const gpu = (await processes(context)).find(({ type }) => type === 'GPU');
  must(gpu !== undefined, 'There is no GPU process.');
  process.kill(gpu.id, 'SIGKILL');
  await eventually('there is another GPU process', async () =>
    (await processes(context)).some(({ type, id }) => type === 'GPU' && id !== gpu.id) ? true : undefined,
  );
}

async function loseAfter(turn: Turn, person: Person, most: number, what: string): Promise<void> {
  const milliseconds = Math.round(turn.random() * most);
  turn.note(`${milliseconds} ms of ${what}`);
  await pause(milliseconds);
  await loseDevice(person);
}

/** A browser that computes on its GPU, although that is rendered in software here. */
async function openWithGpu(turn: Turn): Promise<Person> {
  const person = await turn.open({ args });
  await goTo(person.page, 'settings');
  await person.page.getByLabel('Run on', { exact: true }).selectOption('gpu');
  await eventually('the choice is stored', async () =>
    (await recordsOf<{ value: unknown }>(person.page, 'settings')).some(({ value }) => value === 'gpu')
      ? true
      : undefined,
  );
  await goTo(person.page, 'chat');
  return person;
}

interface Message {
  readonly role: string;
  readonly state: string;
  readonly influence?: unknown;
}

async function answering(turn: Turn): Promise<void> {
  const person = await openWithGpu(turn);
  const { page } = person;
  const question = page.getByLabel('Your question');
  const buttons = ['Load the model again', 'Answer again', 'Try again', 'Estimate influence'];
  for (const [index, text] of ['Who is the founder of Gristmill?', 'Where is Larkmoor?'].entries()) {
    await question.fill(text);
    await question.press('Enter');
    // Model and shaders come with the first answer.
    await loseAfter(turn, person, index === 0 ? 12_000 : 2_500, 'answering');
    await eventually('the answer and what shaped it are there', async () => {
      const answers = (await recordsOf<Message>(page, 'messages')).filter(({ role }) => role === 'assistant');
      if (
        answers.length === index + 1 &&
        answers.every(({ state, influence }) => state === 'done' && influence !== undefined)
      )
        return true;
      // "Answer again" is there under whole answers as well.
      const last = answers.at(-1);
      await goOnBy(
        page,
        buttons.filter((name) => name !== 'Answer again' || last?.state === 'failed' || last?.state === 'stopped'),
      );
      return undefined;
    });
    must(!(await page.getByText('is ready (CPU)').isVisible()), 'The CPU has answered, so that no device was lost.');
  }
}

async function training(turn: Turn): Promise<void> {
  const person = await openWithGpu(turn);
  const { page } = person;
  await contribute(page, DATANET, rowsOf(turn.words, 4));
  await train(page, turn.words, /^Your contribution/, 4);
  await loseAfter(turn, person, 12_000, 'training');
  const ready = page.getByRole('heading', { name: 'The adapter is ready' });
  await eventually('the run ends', async () => {
    if (await ready.isVisible()) return true;
    await goOnBy(page, [/^Continue from step/, 'Start again', 'Try again']);
    return undefined;
  });
  await page.getByRole('button', { name: 'Build the index' }).click();
  await loseAfter(turn, person, 3_000, 'indexing');
  const indexed = page.getByText('Ready: answers of this adapter name their rows.');
  await eventually('the index is built', async () => {
    if (await indexed.isVisible()) return true;
    await goOnBy(page, ['Continue building the index', 'Build the index', 'Try again']);
    return undefined;
  });
}

export const deviceSuite = walkSuite({
  name: 'device',
  says: 'The GPU process ends at any moment of answering, training and indexing: it goes on, or says so and offers the way on.',
  parts: { answering, training },
  runs: 10,
});
