import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { setLanguage } from '../i18n/dictionary.ts';
import { t } from '../i18n/t.ts';
import { Table } from './Table.tsx';

interface Boat {
  readonly id: string;
  readonly name: string;
}

let dispose = (): void => undefined;
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await setLanguage('en');
});

/** A table of boats, as a query gives them: new objects each time. */
function mount(first: readonly Boat[]): { readonly show: (boats: readonly Boat[]) => void } {
  const [boats, setBoats] = createSignal(first);
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <Table
        caption="Boats"
        rows={boats()}
        rowKey={({ id }) => id}
        columns={[
          { header: t('ui.cancel'), cell: (boat) => boat().name },
          { header: '', cell: (boat) => <button type="button">Moor {boat().name}</button> },
        ]}
      />
    ),
    root,
  );
  return { show: setBoats };
}
const names = (): (string | undefined)[] =>
  [...document.querySelectorAll('tbody tr')].map((row) => row.querySelector('td')?.textContent ?? undefined);

test('a button in a row keeps the focus while its record and others change, come and go', async () => {
  const { show } = mount([
    { id: 'a', name: 'Larch' },
    { id: 'b', name: 'Heron' },
  ]);
  const button = page.getByRole('button', { name: 'Moor Heron' }).element() as HTMLElement;
  button.focus();
  show([
    { id: 'a', name: 'Birch' },
    { id: 'b', name: 'Heron' },
  ]);
  show([
    { id: 'b', name: 'Stork' },
    { id: 'c', name: 'Alder' },
  ]);
  expect(names()).toEqual(['Stork', 'Alder']);
  expect(button.textContent).toBe('Moor Stork');
  expect(document.activeElement).toBe(button);
});

test('rows of one key are all shown', () => {
  const twins = [
    { id: 'a', name: 'Larch' },
    { id: 'a', name: 'Larch' },
    { id: 'a', name: 'Birch' },
  ];
  const { show } = mount(twins);
  expect(names()).toEqual(['Larch', 'Larch', 'Birch']);
  show(twins.slice(1));
  expect(names()).toEqual(['Larch', 'Birch']);
});

test('a table is said in another language', async () => {
  mount([{ id: 'a', name: 'Larch' }]);
  const before = document.querySelector('th')?.textContent;
  await setLanguage('en-XA');
  expect(document.querySelector('th')?.textContent).not.toBe(before);
});
