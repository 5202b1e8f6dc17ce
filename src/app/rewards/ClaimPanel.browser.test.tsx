// The claim button in a browser: its state follows what the chain says, never the click.
import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { wei } from '../../lib/units.ts';
import type { Claimable } from '../../settlement/index.ts';
import { deleteSetting, writeSetting } from '../../store/index.ts';
import { ClaimPanel } from './ClaimPanel.tsx';

const alice = '0x00000000000000000000000000000000000000aa';
const some: Claimable = {
  amount: wei(3_231_360_000_000_000n),
  cumulative: wei(4_000_000_000_000_000n),
  claimed: wei(768_640_000_000_000n),
  proof: [],
};

let dispose: () => void = () => undefined;
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  await deleteSetting('pendingClaim');
});

function mount(first: Claimable | undefined, connected: `0x${string}` | undefined) {
  const [claimable, setClaimable] = createSignal(first);
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(
    () => (
      <ClaimPanel
        watched={alice}
        connected={connected}
        wrongChain={false}
        claimable={claimable()}
        failure={undefined}
        onReload={() => undefined}
      />
    ),
    root,
  );
  return setClaimable;
}

test('says the amount to the last wei, and is off once the chain says that it was claimed', async () => {
  const setClaimable = mount(some, alice);
  await expect.element(page.getByRole('button', { name: 'Claim 0.00323136 OPEN' })).toBeEnabled();
  setClaimable({ ...some, amount: wei(0n), claimed: some.cumulative });
  await expect.element(page.getByRole('button', { name: 'Nothing to claim' })).toBeDisabled();
});

test('another’s rewards are shown without a button', async () => {
  mount(some, undefined);
  await expect.element(page.getByText('can be claimed by the owner of this address', { exact: false })).toBeVisible();
  expect(document.querySelector('button')).toBeNull();
});

test('a claim that was sent before a reload is waited for until the chain has it', async () => {
  await writeSetting('pendingClaim', { address: alice, hash: '0x01', claimedBefore: some.claimed.toString() });
  const setClaimable = mount(some, alice);
  await expect.element(page.getByRole('button', { name: 'Claiming' })).toBeDisabled();
  setClaimable({ ...some, amount: wei(0n), claimed: some.cumulative });
  await expect.element(page.getByRole('button', { name: 'Nothing to claim' })).toBeVisible();
});
