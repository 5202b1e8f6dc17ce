// The choice of what reading computes in: offered where the examined device has more than f32, remembered for the next loading.
import { render } from 'solid-js/web';
import { afterEach, expect, it, vi } from 'vitest';
import { deleteSetting, readSetting, writeSetting } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import { resetEngine } from '../state/engine.ts';
import { settingKeys } from '../state/settingKeys.ts';
import { Device } from './Device.tsx';

let dispose = (): void => undefined;
afterEach(async () => {
  dispose();
  document.body.replaceChildren();
  resetEngine();
  await deleteSetting(settingKeys.device);
  await deleteSetting(settingKeys.arithmetic);
});

const selectNamed = (root: HTMLElement, name: string): HTMLSelectElement => {
  const label = [...root.querySelectorAll('label')].find((each) => each.textContent?.includes(name));
  return (label?.control ?? label?.querySelector('select')) as HTMLSelectElement;
};
const offered = (root: HTMLElement): string[] =>
  [...selectNamed(root, t('settings.arithmetic')).options].map(({ value }) => value);

function show(): HTMLElement {
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(() => <Device />, root);
  return root;
}

async function examined(device: 'gpu' | 'cpu'): Promise<HTMLElement> {
  await writeSetting(settingKeys.device, device);
  const root = show();
  await vi.waitFor(() => expect(selectNamed(root, t('settings.compute')).value).toBe(device));
  expect(offered(root)).toEqual(['float32']);
  [...root.querySelectorAll('button')].find((each) => each.textContent === t('settings.deviceCheck'))?.click();
  await vi.waitFor(() => expect(root.textContent).toContain(t('settings.copyReport')), { timeout: 60_000 });
  return root;
}

it('offers what the examined device has, and remembers what was chosen', async () => {
  const root = await examined('gpu');
  // SwiftShader: products of bytes, and no halves.
  await vi.waitFor(() => expect(offered(root)).toEqual(['float32', 'int8']));
  const select = selectNamed(root, t('settings.arithmetic'));
  select.value = 'int8';
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await vi.waitFor(async () => expect(await readSetting(settingKeys.arithmetic)).toBe('int8'));
  dispose();
  const again = show();
  await vi.waitFor(() => expect(selectNamed(again, t('settings.arithmetic')).value).toBe('int8'));
});
