import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { RowEvidence } from '../../attribution/index.ts';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { RowCard } from './RowCard.tsx';

let root: HTMLElement;
let dispose: () => void = () => undefined;
beforeEach(() => {
  root = document.createElement('ul');
  document.body.append(root);
});
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

const evidence: RowEvidence = {
  row: 0,
  account: '0xaa',
  rowHash: '',
  contribution: '',
  position: 4,
  prompt: 'What does Kilnford export?',
  response: 'Kilnford exports red bricks.',
  influence: 36.05,
  influential: true,
  verbatimBits: 25.9,
  ppm: 700_000,
};

function show(row: Partial<RowEvidence>, threshold = 0.5): void {
  const influence = {
    attribution: { threshold, spans: [{ rows: [0] }, { rows: [1] }, { rows: [0, 1] }] },
    spanTexts: [' exports red', 'not of this row', ' bricks.'],
    index: { policy: { placeboPercent: 95 } },
    names: {},
  } as unknown as StoredInfluence;
  dispose = render(
    () => (
      <RowCard
        row={{ ...evidence, ...row }}
        influence={influence}
        datanet="bricks"
        pool={undefined}
        onLocate={() => undefined}
      />
    ),
    root,
  );
}
const chips = (): (string | null)[] => [...root.querySelectorAll('.rounded-full')].map((chip) => chip.textContent);

test('chips say strength and length in words; the exact figures fold out by keyboard', async () => {
  show({});
  expect(chips()).toEqual(['Influential (estimated) · strong', 'Matches verbatim · 3 words']);
  const details = root.querySelector('details') as HTMLDetailsElement;
  const [influence, verbatim] = details.querySelectorAll('p');
  expect(influence?.checkVisibility()).toBe(false);
  details.querySelector('summary')?.focus();
  expect(document.activeElement?.textContent).toBe('Figures');
  await userEvent.keyboard('{Enter}');
  expect(influence?.checkVisibility()).toBe(true);
  expect(influence?.textContent).toContain('72.1 × the threshold');
  expect(influence?.textContent).toContain('95 % of untrained rows');
  expect(verbatim?.textContent).toContain('25.9 bits');
});

test('a row below the threshold has its figure too, and without a threshold no word for strength', () => {
  show({ influence: 0.2, influential: false, verbatimBits: 0 });
  expect(chips()).toEqual(['Below the threshold']);
  expect(root.querySelector('details')?.textContent).toContain('0.4 × the threshold');
  dispose();
  show({ row: 7, influence: 3 }, 0);
  // A span lists twenty of its rows: another row has the bits without the words.
  expect(chips()).toEqual(['Influential (estimated)', 'Matches verbatim']);
  expect(root.querySelector('details')?.textContent).toContain('a score of 3;');
});
