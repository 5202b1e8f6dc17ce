import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadTexts } from '../i18n/dictionary.ts';
import { FromPeers } from './FromPeers.tsx';

let dispose = (): void => undefined;
beforeEach(() => loadTexts('frame'));
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

test('says why there is nothing, connects where nobody has, and tells what could not be had', async () => {
  const [status, setStatus] = createSignal('idle');
  const [count, setCount] = createSignal(0);
  const [missing, setMissing] = createSignal<string>();
  const asked: string[] = [];
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <FromPeers
        title="Arriving"
        lead="From others."
        status={status()}
        isEmpty={count() === 0}
        empty={{ idle: 'Not connected.', alone: 'No relay.', otherwise: 'Nothing yet.' }}
        failure={undefined}
        onConnect={() => void asked.push('connect')}
        missing={missing()}
        onRetry={() => void asked.push('retry')}
      >
        <p>The list</p>
      </FromPeers>
    ),
    root,
  );
  expect(root.textContent).toContain('Not connected.');
  expect(root.textContent).not.toContain('The list');
  await userEvent.click(page.getByRole('button', { name: 'Connect to peers' }));
  setStatus('alone');
  expect(root.querySelector('button')).toBeNull();
  expect(root.textContent).toContain('No relay.');
  setStatus('online');
  expect(root.textContent).toContain('Nothing yet.');
  setCount(1);
  setMissing('Two could not be had.');
  expect(root.textContent).toContain('The list');
  expect(root.textContent).not.toContain('Nothing yet.');
  expect(root.textContent).toContain('Two could not be had.');
  await userEvent.click(page.getByRole('button', { name: 'Try again' }));
  expect(asked).toEqual(['connect', 'retry']);
});
