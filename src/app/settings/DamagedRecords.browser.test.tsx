import { HashRouter, Route } from '@solidjs/router';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { database } from '../../store/index.ts';
import { loadTexts } from '../i18n/dictionary.ts';
import { DamagedRecords } from './DamagedRecords.tsx';

const clear = () => Promise.all([database().chats.clear(), database().runs.clear()]);
beforeEach(async () => {
  await Promise.all([loadTexts('frame'), loadTexts('settings')]);
  await clear();
});
let dispose = (): void => undefined;
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await clear();
});

test('records that cannot be read are told once, with their kinds and the way on, until they are hidden', async () => {
  const root = document.createElement('div');
  document.body.append(root);
  dispose = render(
    () => (
      <HashRouter>
        <Route path="*" component={DamagedRecords} />
      </HashRouter>
    ),
    root,
  );
  expect(document.body.textContent).not.toContain('cannot be read');
  await database().chats.bulkPut([
    { id: 'a', title: 5, modelId: 'm', createdAt: 1, updatedAt: 1 },
    { id: 'b', title: 'Whole', modelId: 'm', createdAt: 1, updatedAt: 1 },
  ] as never);
  await database().runs.put({ id: 'r' } as never);
  expect(await database().chats.toArray()).toHaveLength(1);
  expect(await database().runs.toArray()).toEqual([]);
  await expect.element(page.getByText('2 records of this browser cannot be read')).toBeVisible();
  expect(root.textContent).toContain('wrote them (Chats, Training runs)');
  await expect.element(page.getByRole('link', { name: 'Safety copies' })).toHaveAttribute('href', '#/settings');
  await userEvent.click(page.getByRole('button', { name: 'Hide' }));
  await expect.element(page.getByText('cannot be read')).not.toBeInTheDocument();
});
