import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { database } from '../../store/index.ts';
import { History } from './History.tsx';

const clear = () => database().chats.clear();
let dispose: () => void = () => undefined;
beforeEach(clear);
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await clear();
});

const chat = (id: string, title: string, updatedAt: number) => ({ id, title, modelId: 'm', createdAt: 1, updatedAt });

test('a button in the list of chats keeps the focus while an answer is written into its chat or another', async () => {
  await database().chats.bulkPut([chat('a', 'Tides', 2), chat('b', 'Towns', 1)]);
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => <History open current={undefined} onOpenChange={() => undefined} onChoose={() => undefined} />,
    root,
  );
  const remove = page.getByRole('button', { name: 'Delete the chat "Tides"' });
  await expect.element(remove).toBeVisible();
  const button = remove.element() as HTMLElement;
  button.focus();
  await database().chats.put(chat('b', 'Towns of the coast', 1));
  await expect.element(page.getByText('Towns of the coast')).toBeVisible();
  expect(document.activeElement).toBe(button);
  await database().chats.put(chat('a', 'Tides of the coast', 3));
  await expect.element(page.getByText('Tides of the coast')).toBeVisible();
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute('aria-label')).toContain('Tides of the coast');
});
