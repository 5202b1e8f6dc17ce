// Recovery: a run whose page is killed, a publication while the relay is away, everything after a restart of `npm
// start`.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RelayStatus } from '../../nodes/relay/startRelay.ts';
import { openSettlement } from '../../src/settlement/index.ts';
import { type Bench, eventually, goTo, type Person, startBench } from './harness.ts';
import { contribute, train } from './people.ts';

let bench: Bench;
let carol: Person;

beforeAll(async () => {
  bench = await startBench();
  carol = await bench.open('carol');
});
afterAll(() => bench?.end());

const row = (index: number): string =>
  JSON.stringify({
    prompt: `What is moored at pier ${index}?`,
    response: `The boat Larch ${index} is moored at pier ${index}.`,
  });

async function relayStatus(): Promise<RelayStatus> {
  return (await fetch(bench.stack.statusUrl)).json() as Promise<RelayStatus>;
}

test('training resumes from the last checkpoint after its page is killed', async () => {
  await contribute(carol.page, 'Chemical elements', Array.from({ length: 6 }, (_, index) => row(index)).join('\n'));
  await train(carol.page, 'Piers', /^Your contribution/, 12);
  const place = await eventually('the run has a page', async () => {
    const { hash } = new URL(carol.page.url());
    return hash.includes('/runs/') ? hash.slice(2) : undefined;
  });
  const step = async (): Promise<number> => {
    const text = await carol.page
      .getByText(/^Step \d+ of \d+/)
      .first()
      .textContent();
    return Number(text?.match(/\d+/)?.[0] ?? 0);
  };
  // A run this short writes a checkpoint every second step.
  await eventually('some steps are done', async () => ((await step()) >= 6 ? true : undefined));
  await carol.close();

  carol = await bench.open('carol');
  await goTo(carol.page, place);
  await carol.page.getByText('It continues from its last checkpoint.').waitFor();
  expect(await step()).toBeGreaterThanOrEqual(4);
  await carol.page.getByRole('heading', { name: 'The adapter is ready' }).waitFor();
});

test('without the relay the chat answers, and publications wait until it is back', async () => {
  const before = (await relayStatus()).heads;
  await bench.stack.stopRelay();
  await goTo(carol.page, 'chat');
  await carol.page.getByRole('combobox', { name: /^Adapter/ }).selectOption({ label: 'None, base model only' });
  await carol.page.getByLabel('Your question').fill('What is a dog?');
  await carol.page.getByLabel('Your question').press('Enter');
  await carol.page
    .getByText(/A dog is/)
    .first()
    .waitFor();

  await contribute(carol.page, 'Chemical elements', [row(20), row(21), row(22)].join('\n'));
  await carol.page.getByText('Waits for a relay').first().waitFor();
  await bench.stack.startRelay();
  await carol.page.getByText('Kept by a relay').or(carol.page.getByText('On the chain')).first().waitFor();
  await eventually('the relay keeps the contribution', async () =>
    (await relayStatus()).heads > before ? true : undefined,
  );
});

test('a restart preserves chain, pins and the browser’s data', async () => {
  const datanetId = bench.stack.devnet.deployment.datanets.find(({ slug }) => slug === 'elements')?.id ?? '0x';
  const contributions = (): Promise<unknown[]> => {
    const { deployment, operator } = bench.stack.devnet;
    return openSettlement({ deployment, wallet: operator }).contributions({ datanetId }) as Promise<unknown[]>;
  };
  const [onChain, status] = [await contributions(), await relayStatus()];
  await bench.restart();
  expect(await contributions()).toEqual(onChain);
  const again = await relayStatus();
  expect([again.id, again.heads, again.pins.bytes]).toEqual([status.id, status.heads, status.pins.bytes]);
  await carol.page.reload();
  await goTo(carol.page, 'factory');
  await carol.page.getByRole('row', { name: /Piers/ }).getByText('Trained').waitFor();
  expect(carol.problems).toEqual([]);
});
