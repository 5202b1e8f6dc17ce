// Presets and knobs in a browser: what a click or a typed number makes of the settings.
import { createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { presetSettings, type TrainingSettings } from '../../workflows/training/trainingSettings.ts';
import { setLocale } from '../i18n/dictionary.ts';
import { SettingsForm } from './SettingsForm.tsx';

let dispose: () => void = () => undefined;
afterEach(() => {
  dispose();
  setLocale('en');
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
  await expect.element(page.getByText('Enter a whole number from 1 to 256.')).toBeVisible();
});

test('a knob is read as its locale writes numbers, and a text that is none leaves no number behind', async () => {
  setLocale('de-DE');
  const settings = mount();
  await page.getByText('Advanced settings').click();
  const rate = page.getByLabelText('Learning rate');
  await rate.fill('0,0015');
  await userEvent.keyboard('{Tab}');
  expect(settings().learningRate).toBe(0.0015);
  await rate.fill('0.0015');
  await userEvent.keyboard('{Tab}');
  expect(settings().learningRate).toBeNaN();
  await expect.element(page.getByText(/^This could be read as two different numbers/)).toBeVisible();
  await page.getByRole('radio', { name: /Thorough/ }).click();
  await expect.element(page.getByLabelText('Epochs')).toHaveValue('8');
  await expect.element(rate).not.toHaveValue('0.0015');
});
