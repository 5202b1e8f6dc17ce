import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { setLocale } from '../i18n/dictionary.ts';
import { ErrorCard, errorDetails } from './ErrorCard.tsx';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

const error = new TributaryError({
  code: 'GGUF_TRUNCATED',
  message: 'The GGUF file is incomplete: tensor 3 ends beyond it.',
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
    'The GGUF file is incomplete.',
    'Download the file again.',
    // What it was thrown with is a technical detail.
    'The GGUF file is incomplete: tensor 3 ends beyond it.',
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

test('facts stand in the sentence as the locale writes them', () => {
  setLocale('de-DE');
  const root = mount(
    new TributaryError({
      code: 'FILE_TOO_LARGE',
      message: 'The file is larger than 1500000 bytes.',
      facts: { file: 'a.jsonl', bytes: 2e6, maxBytes: 1.5e6 },
      hint: 'Split it.',
    }),
  );
  expect(root.textContent).toContain('The file is larger than 1,5 MB.');
  setLocale('en');
});

test('a code that no dictionary has is named, and its English stays in the details', () => {
  const root = mount(new TributaryError({ code: 'NOBODY_KNOWS', message: 'Thrown words.', hint: 'Thrown hint.' }));
  expect(root.querySelector('[role=alert] > div')?.textContent).toBe(
    'Something went wrongThis failed with the code NOBODY_KNOWS.Try again; if it fails again, copy the details into a bug report.',
  );
  expect(root.querySelector('details')?.textContent).toContain('Thrown words.');
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

test('a browser that refuses to copy is said, and rejects nothing', async () => {
  const rejected = vi.fn((event: PromiseRejectionEvent) => event.preventDefault());
  window.addEventListener('unhandledrejection', rejected);
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('', 'NotAllowedError'));
  const copy = [...mount(error).querySelectorAll('button')].find((button) => button.textContent === 'Copy details');
  copy?.click();
  await expect.poll(() => copy?.textContent).toBe('Your browser refused to copy');
  await expect.poll(() => copy?.textContent).toBe('Copy details');
  write.mockRestore();
  window.removeEventListener('unhandledrejection', rejected);
  expect(rejected).not.toHaveBeenCalled();
});
