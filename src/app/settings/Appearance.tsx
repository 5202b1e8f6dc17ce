// The theme, as three radio buttons, and the language.
import { createSignal, For, type JSX, Show } from 'solid-js';
import { languages } from '../i18n/languages.ts';
import { t } from '../i18n/t.ts';
import { chooseLanguage, languageChoice, SYSTEM_LANGUAGE } from '../state/language.ts';
import { setTheme, theme, themes } from '../state/theme.ts';
import { ErrorCard, Icon, Section, Select } from '../ui/index.ts';

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
      <Language />
    </Section>
  );
}

function Language(): JSX.Element {
  const [failure, setFailure] = createSignal<unknown>();
  const choose = (choice: string): void => {
    setFailure(undefined);
    chooseLanguage(choice).catch((error: unknown) => setFailure(() => error));
  };
  return (
    <>
      <Select
        class="max-w-sm"
        label={t('settings.language')}
        hint={t('settings.languageHint')}
        options={[
          { value: SYSTEM_LANGUAGE, label: t('settings.languageSystem') },
          ...Object.entries(languages).map(([value, { name }]) => ({ value, label: name })),
        ]}
        value={languageChoice()}
        onChange={choose}
      />
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
    </>
  );
}
