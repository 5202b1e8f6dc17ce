// The field for questions with texts of any length: what a person can paste costs no more than what a question can be.
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { TributaryError } from '../../lib/errors.ts';
import { database } from '../../store/index.ts';
import type * as TabDraft from '../state/tabDraft.ts';
import '../ui/tokens.css';
import { Composer } from './Composer.tsx';

const store = vi.hoisted(() => ({ isFull: false }));
vi.mock('../state/tabDraft.ts', async (original) => {
  const { writeTabDraft, ...others } = await original<typeof TabDraft>();
  return {
    ...others,
    async writeTabDraft(room: string, text: string) {
      if (store.isFull)
        throw new TributaryError({ code: 'STORE_QUOTA_EXCEEDED', message: 'Full.', hint: 'Make room.' });
      await writeTabDraft(room, text);
    },
  };
});

let dispose: () => void = () => undefined;
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await database().drafts.clear();
});

function mount(): { readonly field: HTMLTextAreaElement; readonly sent: string[] } {
  const sent: string[] = [];
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <Composer
        busy={false}
        disabled={false}
        note={null}
        onFocus={() => undefined}
        onSend={(text) => void sent.push(text)}
        onStop={() => undefined}
      />
    ),
    root,
  );
  return { field: page.getByRole('textbox').element() as HTMLTextAreaElement, sent };
}

/** As a person does it: the browser asks the field before it inserts. */
async function paste(field: HTMLTextAreaElement, text: string): Promise<void> {
  const source = document.createElement('textarea');
  source.wrap = 'off';
  source.value = text;
  document.body.append(source);
  source.select();
  await userEvent.copy();
  source.remove();
  field.focus();
  await userEvent.paste();
}

const excess = () => document.querySelector('[role=alert]')?.textContent;

test('a text that cannot be kept is said to be so, until it can', async () => {
  store.isFull = true;
  const { field, sent } = mount();
  field.focus();
  await userEvent.keyboard('What is this?');
  await expect
    .element(page.getByText('would not survive a reload: This browser is full', { exact: false }))
    .toBeVisible();
  store.isFull = false;
  await userEvent.keyboard(' A word.');
  await expect.element(page.getByText('would not survive a reload', { exact: false })).not.toBeInTheDocument();
  await userEvent.keyboard('{Enter}');
  expect(sent).toEqual(['What is this? A word.']);
});

test('does not take what is too long for a question, and says so; what stands there stays', async () => {
  const { field, sent } = mount();
  await paste(field, 'What is this? ');
  await paste(field, 'x'.repeat(200_000));
  expect(field.value).toBe('What is this? ');
  await expect.poll(excess).toContain('200,014 characters');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  await userEvent.keyboard('A word.{Enter}');
  expect(sent).toEqual(['What is this? A word.']);
  await expect.poll(excess).toBe('');
});

test('shows a long text without breaking it into lines, and sends it whole', async () => {
  const { field, sent } = mount();
  const long = 'y'.repeat(31_990);
  await paste(field, long);
  expect([field.wrap, field.style.height]).toEqual(['off', '200px']);
  await userEvent.keyboard('{Enter}');
  expect(sent).toEqual([long]);
  expect(field.wrap).toBe('soft');
});

test('does not send a text that came in another way and is too long', async () => {
  const { field, sent } = mount();
  field.value = 'z'.repeat(200_000);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  expect(field.wrap).toBe('off');
  await expect.element(page.getByRole('button', { name: 'Send' })).toBeDisabled();
  field.focus();
  await userEvent.keyboard('{Enter}');
  expect(sent).toEqual([]);
});
