// Locks the private keys that this browser keeps under a password or a passkey, and opens or frees them again.
import { createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import { t } from '../i18n/t.ts';
import { closeKeys, keyLock, lockWithPasskey, lockWithPassword, removeKeyLock } from '../state/keys.ts';
import { Button, ErrorCard, Field, toast } from '../ui/index.ts';
import { UnlockKeys } from '../wallet/UnlockKeys.tsx';

export function KeyProtection(): JSX.Element {
  const [password, setPassword] = createSignal('');
  const [again, setAgain] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<unknown>();
  const run = async (action: () => Promise<void>, done: string): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await action();
      setPassword('');
      setAgain('');
      toast(done);
    } catch (error) {
      setFailure(() => error);
    } finally {
      setBusy(false);
    }
  };
  const differs = (): boolean => again() !== '' && again() !== password();
  return (
    <div class="grid gap-3">
      <h3 class="font-medium">{t('settings.keys')}</h3>
      <p class="text-sm text-muted">{t('settings.keysLead')}</p>
      <Switch>
        <Match when={keyLock().kind === 'none'}>
          <form
            class="flex flex-wrap items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              if (!differs()) void run(() => lockWithPassword(password()), t('settings.keysLocked'));
            }}
          >
            <Field
              class="min-w-0 flex-1 basis-48"
              label={t('wallet.password')}
              type="password"
              autocomplete="new-password"
              value={password()}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
            <Field
              class="min-w-0 flex-1 basis-48"
              label={t('settings.passwordAgain')}
              type="password"
              autocomplete="new-password"
              error={differs() ? t('settings.passwordDiffers') : undefined}
              value={again()}
              onInput={(event) => setAgain(event.currentTarget.value)}
            />
            <Button type="submit" busy={busy()} disabled={password() === '' || again() !== password()}>
              {t('settings.lockPassword')}
            </Button>
            <Button
              kind="quiet"
              busy={busy()}
              onClick={() => void run(() => lockWithPasskey('Tributary'), t('settings.keysLocked'))}
            >
              {t('settings.lockPasskey')}
            </Button>
          </form>
        </Match>
        <Match when={keyLock().locked}>
          <UnlockKeys />
        </Match>
        <Match when={!keyLock().locked}>
          <p>{keyLock().kind === 'passkey' ? t('settings.keysPasskey') : t('settings.keysPassword')}</p>
          <div class="flex flex-wrap gap-2">
            <Button size="small" onClick={closeKeys}>
              {t('settings.lockNow')}
            </Button>
            <Button
              size="small"
              kind="quiet"
              busy={busy()}
              onClick={() => void run(removeKeyLock, t('settings.keysUnprotected'))}
            >
              {t('settings.removeLock')}
            </Button>
          </div>
        </Match>
      </Switch>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onDismiss={() => setFailure(undefined)} />}</Show>
    </div>
  );
}
