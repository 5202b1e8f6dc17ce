// The choice of what reading computes in: offered where the examined device has more than f32, remembered for the next loading.
import { render } from 'solid-js/web';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { deleteSetting, readSetting, writeSetting } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import { engine, resetEngine } from '../state/engine.ts';
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
  await eventually(() => expect(selectNamed(root, t('settings.compute')).value).toBe(device));
  expect(offered(root)).toEqual(['float32']);
  [...root.querySelectorAll('button')].find((each) => each.textContent === t('settings.deviceCheck'))?.click();
  await eventually(() => expect(root.textContent).toContain(t('settings.copyReport')));
  return root;
}

it('offers what the examined device has, and remembers what was chosen', async () => {
  const root = await examined('gpu');
  // SwiftShader: products of bytes, and no halves.
  await eventually(() => expect(offered(root)).toEqual(['float32', 'int8']));
  const select = selectNamed(root, t('settings.arithmetic'));
  select.value = 'int8';
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await eventually(async () => expect(await readSetting(settingKeys.arithmetic)).toBe('int8'));
  dispose();
  const again = show();
  await eventually(() => expect(selectNamed(again, t('settings.arithmetic')).value).toBe('int8'));
});

describe('while an answer is being written', () => {
  async function answering(): Promise<AsyncIterator<unknown>> {
    const golden = async (name: string): Promise<{ name: string; blob: Blob }> => {
      const response = await fetch(`/test/golden/engine/${name}`);
      return { name: name.split('/').at(-1) ?? '', blob: await response.blob() };
    };
    const names = ['tiny-llama/config.json', 'tiny-llama/model.safetensors', 'tiny-llama-onnx/tokenizer.json'];
    await engine().loadModel({ files: await Promise.all(names.map(golden)), contextLength: 64, device: 'cpu' });
    const messages = [{ role: 'user', content: 't7' }] as const;
    const answer = engine().chat({ messages, max_tokens: 8 })[Symbol.asyncIterator]();
    await answer.next();
    return answer;
  }

  function choose(root: HTMLElement, value: string): void {
    const select = selectNamed(root, t('settings.compute'));
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }

  async function press(label: string): Promise<void> {
    const button = await eventually(() => {
      const found = [...document.querySelectorAll<HTMLElement>('[role="dialog"] button')].find(
        (each) => each.textContent === label,
      );
      expect(found).toBeDefined();
      return found as HTMLElement;
    });
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain(t('settings.busy.answer'));
    button.click();
  }

  const closed = (): Promise<void> => eventually(() => expect(document.querySelector('[role="dialog"]')).toBeNull());

  it('a change asks: cancelled, nothing is changed; confirmed, the answer ends with a typed error', async () => {
    const answer = await answering();
    const root = show();
    await eventually(() => expect(selectNamed(root, t('settings.compute')).value).toBe('automatic'));
    choose(root, 'cpu');
    await press(t('ui.cancel'));
    await closed();
    expect(selectNamed(root, t('settings.compute')).value).toBe('automatic');
    expect(await readSetting(settingKeys.device)).toBeUndefined();
    expect(await answer.next()).toMatchObject({ done: false });

    choose(root, 'cpu');
    await press(t('settings.busyNow'));
    await eventually(async () => expect(await readSetting(settingKeys.device)).toBe('cpu'));
    await expect(answer.next()).rejects.toMatchObject({ code: 'APP_WORKER_RESTARTED' });
  });

  it('it can wait for the end of the answer', async () => {
    const answer = await answering();
    const root = show();
    await eventually(() => expect(selectNamed(root, t('settings.compute')).value).toBe('automatic'));
    choose(root, 'cpu');
    await press(t('settings.busyWait'));
    expect(await readSetting(settingKeys.device)).toBeUndefined();
    for (let next = await answer.next(); next.done !== true; next = await answer.next());
    await eventually(async () => expect(await readSetting(settingKeys.device)).toBe('cpu'));
    await closed();
  });
});
