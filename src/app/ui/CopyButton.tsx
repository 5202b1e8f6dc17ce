// Copies a text and says for two seconds that it did, or that the browser refused.
import { createSignal, type JSX, onCleanup } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Button } from './Button.tsx';
import type { IconName } from './Icon.tsx';

type Outcome = 'copied' | 'refused';

const icons = { copied: 'check', refused: 'warning' } as const;
const texts = { copied: 'ui.copied', refused: 'ui.copyRefused' } as const;

export function CopyButton(properties: { readonly text: string; readonly label?: string }): JSX.Element {
  const [outcome, setOutcome] = createSignal<Outcome>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(properties.text);
      setOutcome('copied');
    } catch {
      // No permission, no focus, or no secure context: the text is on the screen and can be selected.
      setOutcome('refused');
    }
    clearTimeout(timer);
    timer = setTimeout(() => setOutcome(undefined), 2000);
  };
  const words = (): string => {
    const current = outcome();
    return current === undefined ? (properties.label ?? t('ui.copy')) : t(texts[current]);
  };
  const icon = (): IconName => {
    const current = outcome();
    return current === undefined ? 'copy' : icons[current];
  };
  return (
    <Button kind="quiet" size="small" icon={icon()} onClick={() => void copy()}>
      {words()}
    </Button>
  );
}
