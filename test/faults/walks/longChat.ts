// A chat of 200 turns, asked on, read up and down: what each further answer adds to the page's memory and nodes is bounded, and an answer
// does not take twice as long as in a chat that begins.
import { askAttributed, openLongChat, sizeOf } from '../../../bench/longChat.ts';
import { must, oneOf, type Turn, walkSuite } from './walkSuite.ts';

const TURNS = 200;
const ASKED = 20;
/** Of an answer: its record of up to 50 rows with their texts, as far as it is shown. */
const MAX_MEGABYTES_OF_ANSWER = 0.3;
const MAX_ELEMENTS_OF_ANSWER = 100;
const MAX_FACTOR = 2;
const questions = [
  'Who is the founder of Gristmill?',
  'Where is Larkmoor?',
  'What sign does the flag of Osprey show?',
  'Who started the town of Fennick?',
];

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

async function turns(turn: Turn): Promise<void> {
  const { page } = await turn.open();
  const ask = (): Promise<number> => askAttributed(page, oneOf(questions, turn.random));
  const short: number[] = [];
  // Model, adapter, index and shaders are there before anything is timed.
  await ask();
  for (let count = 0; count < 5; count += 1) short.push(await ask());
  await openLongChat(page, TURNS - ASKED);
  await ask();
  const before = await sizeOf(page);
  const long: number[] = [];
  for (let count = 1; count < ASKED; count += 1) {
    if (turn.random() < 0.3) {
      const at = turn.random();
      await page
        .getByLabel('Conversation')
        .evaluate((transcript, part) => transcript.scrollTo(0, part * transcript.scrollHeight), at);
      await page.waitForTimeout(300);
    }
    long.push(await ask());
  }
  const after = await sizeOf(page);
  const megabytes = (after.megabytes - before.megabytes) / long.length;
  const elements = (after.elements - before.elements) / long.length;
  const factor = median(long.slice(-5)) / median(short);
  turn.tell(
    `${megabytes.toFixed(3)} MB and ${elements.toFixed(0)} nodes an answer, from ${before.megabytes.toFixed(1)} MB and ` +
      `${before.elements} nodes; ${factor.toFixed(2)} times as long`,
  );
  must(megabytes <= MAX_MEGABYTES_OF_ANSWER, 'An answer adds too much memory.');
  must(elements <= MAX_ELEMENTS_OF_ANSWER, 'An answer adds too many nodes.');
  must(factor <= MAX_FACTOR, 'An answer of a long chat takes too long.');
}

export const longChatSuite = walkSuite({
  name: 'longChat',
  says: 'A chat of 200 turns: what an answer adds to memory and nodes is bounded, and it does not take twice as long.',
  parts: { turns },
  runs: 1,
});
