// How thoroughly: three presets, and every knob with a sentence behind a fold.
import { createMemo, createSignal, For, type JSX } from 'solid-js';
import {
  invalidKnobs,
  KNOBS,
  type Knob,
  matchingPreset,
  PRESET_NAMES,
  presetSettings,
  type TrainingSettings,
} from '../../workflows/training/trainingSettings.ts';
import { formatInput } from '../i18n/format.ts';
import { t } from '../i18n/t.ts';
import { Icon, NumberField, Section } from '../ui/index.ts';

export function SettingsForm(properties: {
  readonly settings: TrainingSettings;
  readonly hiddenSize: number;
  readonly onChange: (settings: TrainingSettings) => void;
}): JSX.Element {
  const preset = createMemo(() => matchingPreset(properties.settings, properties.hiddenSize));
  const invalid = createMemo(() => new Set(invalidKnobs(properties.settings).map((knob) => knob.name)));
  // Kept here: a new value of a knob must not fold them away.
  const [opened, setOpened] = createSignal(false);
  const range = (knob: Knob): string =>
    t(knob.integer ? 'factory.knobRangeWhole' : 'factory.knobRange', {
      minimum: formatInput(knob.min),
      maximum: formatInput(knob.max),
    });
  return (
    <Section title={t('factory.presetsTitle')}>
      <fieldset class="grid gap-3 sm:grid-cols-3">
        <legend class="sr-only">{t('factory.presetsTitle')}</legend>
        <For each={PRESET_NAMES}>
          {(name) => (
            <label class="flex gap-3 rounded-xl border border-line bg-surface p-4 hover:border-edge has-checked:border-accent has-checked:bg-accent-soft">
              <input
                type="radio"
                name="preset"
                class="mt-1 size-4 shrink-0 accent-accent"
                checked={preset() === name}
                onChange={() => properties.onChange(presetSettings(name, properties.hiddenSize))}
              />
              <span class="grid gap-1">
                <span class="font-medium">{t(`factory.preset.${name}`)}</span>
                <span class="text-sm text-muted">{t(`factory.presetHint.${name}`)}</span>
              </span>
            </label>
          )}
        </For>
      </fieldset>
      {/* The line is always there: a field that loses focus to a click on "Start" must not move the button away. */}
      <p class="min-h-5 text-sm text-muted">{preset() === undefined ? t('factory.preset.custom') : ''}</p>
      <details
        class="group"
        open={opened() || invalid().size > 0}
        onToggle={(event) => setOpened(event.currentTarget.open)}
      >
        <summary class="inline-flex list-none items-center gap-1.5 font-medium">
          <Icon name="chevron" size={18} class="transition-transform group-open:rotate-90" />
          {t('factory.advanced')}
        </summary>
        <div class="mt-4 grid items-start gap-4 sm:grid-cols-2">
          <For each={KNOBS}>
            {(knob) => (
              <NumberField
                label={t(`factory.knob.${knob.name}`)}
                hint={t(`factory.knobHint.${knob.name}`)}
                error={invalid().has(knob.name) ? range(knob) : undefined}
                value={properties.settings[knob.name]}
                onNumber={(value) => properties.onChange({ ...properties.settings, [knob.name]: value })}
              />
            )}
          </For>
        </div>
      </details>
    </Section>
  );
}
