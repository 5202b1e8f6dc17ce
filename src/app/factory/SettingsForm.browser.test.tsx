// Presets and knobs in a browser: what a click or a typed number makes of the settings.
import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { presetSettings, type TrainingSettings } from '../../workflows/training/trainingSettings.ts';
import { SettingsForm } from './SettingsForm.tsx';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  document.body.replaceChildren();
});

function mount(): () => TrainingSettings {
  const [settings, setSettings] = createSignal(presetSettings('balanced', 256));
  const root = document.createElement('main');
  document.body.append(root);
  dispose = render(() => <SettingsForm settings={settings()} hiddenSize={256} onChange={setSettings} />, root);
  return settings;
}

test('a preset sets every knob; turning one leaves the presets, the knobs stay in view', async () => {
  const settings = mount();
  await expect.element(page.getByRole('radio', { name: /Balanced/ })).toBeChecked();
  await page.getByRole('radio', { name: /Thorough/ }).click();
  expect(settings().epochs).toBe(8);
  await page.getByText('Advanced settings').click();
  await page.getByLabelText('Epochs').fill('3');
  await userEvent.keyboard('{Tab}');
  expect(settings().epochs).toBe(3);
  await expect.element(page.getByRole('radio', { name: /Thorough/ })).not.toBeChecked();
  await expect.element(page.getByLabelText('Seed')).toBeVisible();
});

test('a number that cannot be says its range', async () => {
  mount();
  await page.getByText('Advanced settings').click();
  await page.getByLabelText('Rank').fill('0');
  await userEvent.keyboard('{Tab}');
  await expect.element(page.getByText('A whole number from 1 to 256.')).toBeVisible();
});
