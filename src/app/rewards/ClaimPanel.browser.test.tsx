// The claim button in a browser: its state follows what the chain says, never the click.
import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { eventually } from '../../../test/support/eventually.ts';
import { wei } from '../../lib/units.ts';
import type { Claimable } from '../../settlement/index.ts';
import { deleteSetting, readSetting, writeSetting } from '../../store/index.ts';
import type * as RewardsState from '../state/rewards.ts';
import { ClaimPanel } from './ClaimPanel.tsx';

/** What becomes of a claim that the wallet sent: the error of waiting, and the chain's word on the transaction. */
const fate = vi.hoisted(() => ({ code: '', state: 'pending', sent: 0 }));
vi.mock('../state/rewards.ts', async (original) => {
  const { TributaryError } = await import('../../lib/errors.ts');
  return {
    ...(await original<typeof RewardsState>()),
    async claimRewards(_: string, onSubmitted: (hash: `0x${string}`) => void) {
      fate.sent += 1;
      onSubmitted('0x02');
      throw new TributaryError({ code: fate.code, message: '', hint: '' });
    },
    claimTransaction: async () => fate.state,
  };
});

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

test.each(['TRANSACTION_PENDING', 'CHAIN_UNREACHABLE'])('a claim whose wait ends by %s stays sent', async (code) => {
  Object.assign(fate, { code, state: 'pending', sent: 0 });
  const setClaimable = mount(some, alice);
  await page.getByRole('button', { name: /^Claim 0/ }).click();
  await expect.element(page.getByRole('button', { name: 'Claiming' })).toBeDisabled();
  await eventually(async () => expect(await readSetting('pendingClaim')).toMatchObject({ hash: '0x02' }));
  // "Try again" looks for it, and sends no second one.
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(fate.sent).toBe(1);
  setClaimable({ ...some, amount: wei(0n), claimed: some.cumulative });
  await expect.element(page.getByRole('button', { name: 'Nothing to claim' })).toBeVisible();
  await eventually(async () => expect(await readSetting('pendingClaim')).toBeUndefined());
});

test('a claim that was cancelled in the wallet can be made again', async () => {
  Object.assign(fate, { code: 'TRANSACTION_CANCELLED', sent: 0 });
  mount(some, alice);
  await page.getByRole('button', { name: /^Claim 0/ }).click();
  await expect.element(page.getByText('The transaction was cancelled', { exact: true })).toBeVisible();
  await expect.element(page.getByRole('button', { name: /^Claim 0/ })).toBeEnabled();
  expect(await readSetting('pendingClaim')).toBeUndefined();
});

test('a claim of an earlier visit that the chain does not know is said to be lost, with a way on', async () => {
  Object.assign(fate, { code: 'TRANSACTION_PENDING', state: 'unknown', sent: 0 });
  await writeSetting('pendingClaim', { address: alice, hash: '0x01', claimedBefore: some.claimed.toString() });
  mount(some, alice);
  await expect.element(page.getByText('does not know', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Claim again' }).click();
  expect(fate.sent).toBe(1);
});

test('a claim on a chain that was started anew is not waited for', async () => {
  const old = { address: alice, hash: '0x01', genesisHash: '0x0ld', claimedBefore: some.claimed.toString() };
  await writeSetting('pendingClaim', old);
  mount(some, alice);
  await expect.element(page.getByRole('button', { name: /^Claim 0/ })).toBeEnabled();
});
