// Opens the locked keys of this browser: a password field, or the passkey. Renders nothing while they are open.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { keyLock, unlockKeys } from '../state/keys.ts';
import { Button, ErrorCard, Field } from '../ui/index.ts';

export function UnlockKeys(properties: { readonly onUnlocked?: (() => void) | undefined }): JSX.Element {
  const [password, setPassword] = createSignal('');
  const [failure, setFailure] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  const unlock = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await unlockKeys(password());
      setPassword('');
      properties.onUnlocked?.();
    } catch (error) {
      setFailure(() => error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Show when={keyLock().locked}>
      <form
        class="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void unlock();
        }}
      >
        <p class="text-sm text-muted">{t('wallet.locked')}</p>
        <div class="flex flex-wrap items-end gap-2">
          <Show when={keyLock().kind === 'password'}>
            <Field
              class="min-w-0 flex-1 basis-48"
              label={t('wallet.password')}
              type="password"
              autocomplete="current-password"
              value={password()}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </Show>
          <Button type="submit" busy={busy()}>
            {keyLock().kind === 'passkey' ? t('wallet.unlockPasskey') : t('wallet.unlock')}
          </Button>
        </div>
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
      </form>
    </Show>
  );
}
