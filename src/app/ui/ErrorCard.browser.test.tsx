import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { en } from '../i18n/en.ts';
import { ErrorCard, errorDetails } from './ErrorCard.tsx';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

const error = new TributaryError({
  code: 'GGUF_TRUNCATED',
  message: 'The file ends in the middle of a tensor.',
  facts: { file: 'a.gguf', offset: 17 },
  hint: 'Download it again.',
});

function mount(thrown: unknown, onAction?: () => void): HTMLElement {
  const root = document.createElement('div');
  document.body.append(root);
  dispose = render(() => <ErrorCard error={thrown} onAction={onAction} />, root);
  return root;
}

test('shows title, sentence, way on and facts, and the button goes on', () => {
  const again = vi.fn();
  const root = mount(error, again);
  expect(root.querySelector('[role=alert]')?.textContent).toContain('The model file cannot be read');
  for (const text of [
    'The file ends in the middle of a tensor.',
    'Download it again.',
    'a.gguf',
    '17',
    'GGUF_TRUNCATED',
  ]) {
    expect(root.textContent).toContain(text);
  }
  const button = [...root.querySelectorAll('button')].find((candidate) => candidate.textContent === 'Try again');
  button?.click();
  expect(again).toHaveBeenCalledOnce();
});

test('a cancellation is no failure and draws nothing', () => {
  expect(mount(new DOMException('x', 'AbortError')).textContent).toBe('');
});

test('anything thrown has a title and a hint', () => {
  const root = mount('boom');
  expect(root.textContent).toContain('Something unexpected happened');
  expect(root.textContent).toContain('boom');
});

test('the details hold code, facts and cause', () => {
  const wrapped = new TributaryError({ code: 'OUTER', message: 'm', hint: 'h', cause: error });
  const details = JSON.parse(errorDetails(wrapped)) as { code: string; cause: { code: string; facts: unknown } };
  expect(details).toMatchObject({
    code: 'OUTER',
    cause: { code: 'GGUF_TRUNCATED', facts: { file: 'a.gguf', offset: 17 } },
  });
});

test('labels are in sentence case and no text has a parameter that it does not name', () => {
  const texts = Object.entries(en).flatMap(([key, text]): [string, string][] =>
    typeof text === 'string'
      ? [[key, text]]
      : [
          [key, text.one],
          [key, text.other],
        ],
  );
  expect(texts.length).toBeGreaterThan(100);
  for (const [key, text] of texts) {
    expect(text, key).not.toMatch(/^[a-z][^ ]* .*[A-Z][a-z]+ [A-Z][a-z]+ [A-Z]/);
    expect((text.match(/\{/g) ?? []).length, key).toBe((text.match(/\{\w+\}/g) ?? []).length);
  }
});
