// Asks before a permanent deletion. The text says what is lost; the button names the action.
import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';

export interface ConfirmDialogProperties {
  readonly open: boolean;
  readonly title: string;
  readonly text: string;
  /** Label of the confirming button. */
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmDialog(properties: ConfirmDialogProperties): JSX.Element {
  return (
    <Dialog
      open={properties.open}
      onOpenChange={(open) => {
        if (!open) properties.onClose();
      }}
      title={properties.title}
      description={properties.text}
      actions={
        <>
          <Button kind="quiet" onClick={() => properties.onClose()}>
            {t('ui.cancel')}
          </Button>
          <Button
            kind="danger"
            onClick={() => {
              properties.onConfirm();
              properties.onClose();
            }}
          >
            {properties.action}
          </Button>
        </>
      }
    />
  );
}
