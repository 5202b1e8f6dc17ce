import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { visitChat } from '../../../test/support/visitChat.tsx';
import { database } from '../../store/index.ts';
import { findAdapter } from '../state/adapters.ts';
import { openIndex } from '../state/attribution.ts';
import { setConfig } from '../state/config.ts';
import { engineState, resetEngine } from '../state/engine.ts';

let leave: () => void = () => undefined;
afterEach(async () => {
  leave();
  resetEngine();
  // An index that the last visitor opened is not asked for again while it opens, and here it never can.
  const adapter = await findAdapter('a');
  if (adapter !== undefined) await openIndex(adapter).catch(() => undefined);
  vi.restoreAllMocks();
  await database().settings.clear();
});

/** The chat of a first visitor whose model and adapter are small; addresses that the page itself asks for. */
function visit(): string[] {
  const asked: string[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    asked.push(new URL(input instanceof Request ? input.url : input, document.baseURI).pathname);
    return real(input, init);
  });
  const files = ['adapter_config.json', 'adapter_model.safetensors', 'index.cbor', 'rows.jsonl'];
  setConfig({
    models: [
      { id: 'small', name: 'Small', files: [{ name: 'f', url: './none/f', bytes: 5e6, sha256: '0'.repeat(64) }] },
    ],
    adapters: [
      {
        id: 'a',
        name: 'Harbours',
        model: 'small',
        questions: ['One?', 'Two?'],
        files: files.map((name) => ({ name, url: `./none/${name}` })),
      },
    ],
  });
  leave = visitChat();
  return asked;
}

const files = (asked: readonly string[]): string[] => asked.filter((path) => path.includes('/none/'));
const coming = () => page.getByText('Nothing is downloaded before.', { exact: false });

test('an untouched chat says what would come and fetches nothing; a scroll is no question', async () => {
  const asked = visit();
  await expect.element(coming()).toBeVisible();
  expect(coming().element().textContent).toMatch(/Small.*5.MB.*Harbours.*attribution index/);
  page.getByRole('region', { name: 'Conversation' }).element().dispatchEvent(new Event('scroll'));
  await expect.element(coming()).toBeVisible();
  expect(engineState().phase).toBe('idle');
  expect(files(asked)).toEqual([]);
});

for (const [place, touch] of [
  ['the question’s field', () => page.getByLabelText('Your question').click()],
  [
    'a suggestion, by keyboard',
    () => void (page.getByRole('button', { name: 'Two?' }).element() as HTMLElement).focus(),
  ],
  [
    'the choice of a model',
    () => void (page.getByRole('combobox', { name: /^Model/ }).element() as HTMLElement).focus(),
  ],
] as const) {
  test(`${place} brings model, adapter and index at the same time`, async () => {
    const asked = visit();
    await expect.element(coming()).toBeVisible();
    await touch();
    await expect.poll(() => engineState().phase).not.toBe('idle');
    // The model never arrives here, and nothing waits for it.
    await expect
      .poll(() => files(asked).map((path) => path.split('/').at(-1)))
      .toEqual(expect.arrayContaining(['adapter_model.safetensors', 'index.cbor', 'rows.jsonl']));
  });
}

test('who deleted the files elsewhere and comes back has not asked for them again', async () => {
  visit();
  await page.getByLabelText('Your question').click();
  await expect.poll(() => engineState().phase).not.toBe('idle');
  location.hash = '#/elsewhere';
  await expect.element(page.getByRole('heading', { level: 1, name: 'Elsewhere' })).toBeVisible();
  resetEngine();
  location.hash = '#/chat';
  await expect.element(coming()).toBeVisible();
  expect(engineState().phase).toBe('idle');
});
