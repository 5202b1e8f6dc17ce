import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { AnswerText } from './MarkdownText.tsx';
import { markPhrases } from './RowCard.tsx';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

const text = 'Kilnford exports red bricks. **Fennick** exports red bricks and rope.';
const spans = [
  { index: 0, text: ' exports red bricks', rowCount: 4 },
  { index: 1, text: 'exports red bricks and', rowCount: 2 },
  { index: 2, text: 'not in the answer', rowCount: 1 },
];

function mount(): { chosen: () => number | undefined; buttons: () => HTMLElement[] } {
  const [selected, setSelected] = createSignal<number>();
  const root = document.createElement('div');
  document.body.append(root);
  dispose = render(() => <AnswerText text={text} spans={spans} selected={selected()} onSelect={setSelected} />, root);
  return { chosen: selected, buttons: () => [...root.querySelectorAll<HTMLElement>('[role=button]')] };
}

test('spans found in the answer are numbered buttons, in reading order; the words stay', () => {
  const { buttons } = mount();
  expect(buttons().map((button) => button.textContent)).toEqual(['exports red bricks1', 'exports red bricks and2']);
  expect(buttons()[0]?.getAttribute('aria-description')).toBe('Span 1: 4 rows, matches verbatim');
  expect(document.querySelector('.prose')?.textContent?.replace(/\d/g, '')).toBe(
    'Kilnford exports red bricks. Fennick exports red bricks and rope.\n',
  );
  expect(document.querySelector('strong')?.textContent).toBe('Fennick');
});

test('a click chooses a span, a second one lets go; arrow keys move, Escape returns to the answer', async () => {
  const { chosen, buttons } = mount();
  const [first, second] = buttons();
  await userEvent.click(first as HTMLElement);
  expect(chosen()).toBe(0);
  expect(first?.getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(first as HTMLElement);
  expect(chosen()).toBeUndefined();
  first?.focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(document.activeElement).toBe(second);
  await userEvent.keyboard('{ArrowRight}');
  expect(document.activeElement).toBe(first);
  await userEvent.keyboard('{Enter}');
  expect(chosen()).toBe(0);
  await userEvent.keyboard(' ');
  expect(chosen()).toBeUndefined();
  await userEvent.keyboard('{Enter}');
  await userEvent.keyboard('{Escape}');
  expect(chosen()).toBeUndefined();
  expect(document.activeElement?.classList.contains('prose')).toBe(true);
});

test('the matched words of a row are cut out exactly', () => {
  expect(markPhrases('Kilnford exports red bricks.', ['red', ' exports red bricks'])).toEqual([
    { text: 'Kilnford ', marked: false },
    { text: 'exports red bricks', marked: true },
    { text: '.', marked: false },
  ]);
  expect(markPhrases('nothing here', ['x y'])).toEqual([{ text: 'nothing here', marked: false }]);
});
