// Cycles through the themes: system, light, dark.
import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { setTheme, type Theme, theme, themes } from '../state/theme.ts';
import { Icon } from '../ui/index.ts';

const names = { system: 'shell.themeSystem', light: 'shell.themeLight', dark: 'shell.themeDark' } as const;
const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;

export function ThemeButton(): JSX.Element {
  const next = (): Theme => themes[(themes.indexOf(theme()) + 1) % themes.length] as Theme;
  return (
    <button
      type="button"
      class="flex min-h-8 items-center gap-2 text-sm text-muted hover:text-text"
      aria-label={t('shell.themeNext', { theme: t(names[theme()]) })}
      onClick={() => setTheme(next())}
    >
      <Icon name={icons[theme()]} size={18} />
      {t(names[theme()])}
    </button>
  );
}
