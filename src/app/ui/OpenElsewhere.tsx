// In place of something that another tab of this browser works on, with the way on.
import { createSignal, type JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Button } from './Button.tsx';
import { EmptyState } from './EmptyState.tsx';

export function OpenElsewhere(properties: {
  readonly text: string;
  readonly onTakeOver: () => Promise<void>;
}): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const takeOver = async (): Promise<void> => {
    setBusy(true);
    await properties.onTakeOver();
    setBusy(false);
  };
  return (
    <EmptyState
      icon="info"
      title={t('ui.elsewhere')}
      action={
        <Button kind="primary" busy={busy()} onClick={() => void takeOver()}>
          {t(busy() ? 'ui.takingOver' : 'ui.takeOver')}
        </Button>
      }
    >
      {properties.text}
    </EmptyState>
  );
}
