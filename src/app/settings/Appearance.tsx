// The theme, as three radio buttons.
import { For, type JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { setTheme, theme, themes } from '../state/theme.ts';
import { Icon, Section } from '../ui/index.ts';

const names = { system: 'shell.themeSystem', light: 'shell.themeLight', dark: 'shell.themeDark' } as const;
const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;

export function Appearance(): JSX.Element {
  return (
    <Section title={t('settings.appearance')}>
      <fieldset class="grid gap-2">
        <legend class="sr-only">{t('settings.theme')}</legend>
        <div class="grid gap-2 sm:grid-cols-3">
          <For each={themes}>
            {(choice) => (
              <label class="flex min-h-11 items-center gap-3 rounded-xl border border-line px-4 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent">
                <input
                  type="radio"
                  name="theme"
                  value={choice}
                  checked={theme() === choice}
                  class="size-4 accent-accent"
                  onChange={() => setTheme(choice)}
                />
                <Icon name={icons[choice]} size={18} />
                {t(names[choice])}
              </label>
            )}
          </For>
        </div>
      </fieldset>
    </Section>
  );
}
