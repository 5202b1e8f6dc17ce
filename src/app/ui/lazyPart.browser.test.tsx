import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { lazyDialog, lazyPart } from './lazyPart.tsx';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

function mount(content: Parameters<typeof render>[0]): void {
  const root = document.createElement('div');
  document.body.append(root);
  dispose = render(content, root);
}

interface Words {
  readonly words: string;
}

test('a placeholder has the same properties; the field beside it keeps its focus and its words when the part arrives', async () => {
  const arrival = Promise.withResolvers<void>();
  const Part = lazyPart<Words>(
    async () => {
      await arrival.promise;
      return (properties) => <strong>{properties.words}</strong>;
    },
    (properties) => <em>{properties.words}</em>,
  );
  const [words, setWords] = createSignal('one');
  mount(() => (
    <>
      <input aria-label="Question" />
      <Part words={words()} />
    </>
  ));
  await page.getByLabelText('Question').fill('half a sen');
  expect(document.querySelector('em')?.textContent).toBe('one');
  setWords('two');
  expect(document.querySelector('em')?.textContent).toBe('two');
  arrival.resolve();
  await expect.poll(() => document.querySelector('strong')?.textContent).toBe('two');
  expect(document.querySelector('em')).toBeNull();
  expect(document.activeElement).toBe(page.getByLabelText('Question').element());
  setWords('three');
  expect(document.querySelector('strong')?.textContent).toBe('three');
});

test('a part that could not be fetched says so, and the next try fetches it', async () => {
  let online = false;
  const Part = lazyPart<Words>(async () => {
    if (!online) throw new TypeError('Failed to fetch dynamically imported module');
    return (properties) => <strong>{properties.words}</strong>;
  });
  mount(() => <Part words="here" />);
  await expect.element(page.getByText('A part of this room could not be fetched')).toBeVisible();
  await expect.element(page.getByText('APP_PART_NOT_FETCHED')).toBeInTheDocument();
  online = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText('here')).toBeVisible();
  expect(document.body.textContent).not.toContain('could not be fetched');
});

test('a dialog is fetched when it is first opened, once, and stays afterwards', async () => {
  const load = vi.fn(async () => (properties: { readonly open: boolean }) => (
    <i>{properties.open ? 'open' : 'closed'}</i>
  ));
  const Part = lazyDialog(load);
  const [open, setOpen] = createSignal(false);
  mount(() => <Part open={open()} />);
  await new Promise((resolve) => setTimeout(resolve));
  expect(load).not.toHaveBeenCalled();
  setOpen(true);
  await expect.element(page.getByText('open')).toBeVisible();
  setOpen(false);
  await expect.element(page.getByText('closed')).toBeVisible();
  setOpen(true);
  expect(load).toHaveBeenCalledTimes(1);
});
