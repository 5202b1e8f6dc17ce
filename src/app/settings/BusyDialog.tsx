// Asks before a change that ends what the engine is doing: wait for its end, leave things as they are, or change at once.
import { createEffect, createSignal, For, type JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { EngineWork } from '../state/engine.ts';
import { Button, Dialog } from '../ui/index.ts';

export interface BusyDialogProperties {
  readonly open: boolean;
  /** What would be ended. */
  readonly work: readonly EngineWork[];
  /** Resolves when nothing would be. */
  readonly idle: () => Promise<void>;
  readonly onChange: () => void;
  readonly onCancel: () => void;
}

export function BusyDialog(properties: BusyDialogProperties): JSX.Element {
  const [waiting, setWaiting] = createSignal(false);
  createEffect(() => {
    if (!properties.open) setWaiting(false);
  });
  const wait = async (): Promise<void> => {
    setWaiting(true);
    await properties.idle();
    if (waiting()) properties.onChange();
  };
  return (
    <Dialog
      open={properties.open}
      onOpenChange={(open) => {
        if (!open) properties.onCancel();
      }}
      title={t('settings.busy')}
      description={t('settings.busyLead')}
      actions={
        <>
          <Button kind="quiet" onClick={() => properties.onCancel()}>
            {t('ui.cancel')}
          </Button>
          <Button kind="danger" onClick={() => properties.onChange()}>
            {t('settings.busyNow')}
          </Button>
          <Button kind="primary" busy={waiting()} onClick={() => void wait()}>
            {t('settings.busyWait')}
          </Button>
        </>
      }
    >
      <ul>
        <For each={properties.work}>{(each) => <li>{t(`settings.busy.${each}`)}</li>}</For>
      </ul>
    </Dialog>
  );
}
