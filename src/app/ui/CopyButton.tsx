// Copies a text and says so for two seconds.
import { createSignal, type JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Button } from './Button.tsx';

export function CopyButton(properties: { readonly text: string; readonly label?: string }): JSX.Element {
  const [copied, setCopied] = createSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(properties.text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Button kind="quiet" size="small" icon={copied() ? 'check' : 'copy'} onClick={() => void copy()}>
      {copied() ? t('ui.copied') : (properties.label ?? t('ui.copy'))}
    </Button>
  );
}
