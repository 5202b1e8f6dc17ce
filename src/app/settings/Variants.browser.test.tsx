import { render } from 'solid-js/web';
import { afterEach, expect, it } from 'vitest';
import { Variants } from './Variants.tsx';

let dispose = (): void => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

function show(refused: Parameters<typeof Variants>[0]['report']['refused']): HTMLElement {
  const root = document.createElement('main');
  document.body.append(root);
  const milliseconds = { 'vector-workgroup': 0.25, 'vector-thread': 1.5 };
  const choice = { operator: 'linear q4_1', shape: '1 x 576 -> 576', variant: 'vector-workgroup', fingerprint: '0' };
  const report = { device: 'a', choices: [{ ...choice, milliseconds }], refused };
  dispose = render(() => <Variants report={report} />, root);
  return root;
}

it('lists what computes each operator, fastest time first', () => {
  const root = show([]);
  const cells = [...root.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td, th')].map((cell) => cell.textContent),
  );
  expect(cells).toEqual([
    ['linear q4_1', '1 x 576 -> 576', 'vector-workgroup', 'vector-workgroup 250 µs, vector-thread 1,500 µs'],
  ]);
  expect(root.querySelector('ul')).toBeNull();
});

it('names what was refused, and why, without a click', () => {
  const reason = 'y[7] is NaN instead of 0.5';
  const root = show([{ operator: 'linear q8_0', shape: '1 x 32 -> 8', variant: 'tile', reason }]);
  expect(root.querySelector('li')?.textContent).toBe(`linear q8_0, 1 x 32 -> 8, tile: ${reason}`);
});
