// A token for models that ask for one, and the address of the Hub or a mirror. The token is never stored.
import { createSignal, type JSX, Show } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import type { Finder } from '../state/models/types.ts';
import { Banner, Button, Field } from '../ui/index.ts';

export function HubAccess(properties: {
  readonly finder: Finder;
  /** The error that asks for a token; it may name the page where a licence is accepted. */
  readonly error?: unknown;
  readonly onToken?: () => void;
}): JSX.Element {
  const page = (): string | undefined => {
    const { error } = properties;
    return error instanceof TributaryError && error.facts['page'] !== undefined
      ? String(error.facts['page'])
      : undefined;
  };
  const [token, setToken] = createSignal('');
  const [address, setAddress] = createSignal<string>();
  const [bad, setBad] = createSignal(false);
  const hub = (): string => address() ?? properties.finder.state().hub;
  const useToken = (event: SubmitEvent): void => {
    event.preventDefault();
    if (token().trim() === '') return;
    properties.finder.setToken(token().trim());
    setToken('');
    properties.onToken?.();
  };
  const useHub = async (next: string | undefined): Promise<void> => {
    const valid = next === undefined || /^https?:\/\/\S+$/.test(next);
    setBad(!valid);
    if (!valid) return;
    await properties.finder.setHub(next);
    setAddress(undefined);
  };
  return (
    <div class="grid gap-6 sm:grid-cols-2">
      <Show when={page()}>
        {(address) => (
          <a
            href={address()}
            target="_blank"
            rel="noreferrer"
            class="text-accent underline underline-offset-2 sm:col-span-2"
          >
            {t('models.licencePage')}
          </a>
        )}
      </Show>
      <Show
        when={!properties.finder.state().hasToken}
        fallback={
          <Banner
            kind="success"
            action={
              <Button size="small" onClick={() => properties.finder.setToken(undefined)}>
                {t('models.tokenForget')}
              </Button>
            }
          >
            {t('models.tokenHeld')}
          </Banner>
        }
      >
        <form class="grid content-start gap-2" onSubmit={useToken}>
          <Field
            label={t('models.token')}
            hint={t('models.tokenHint')}
            type="password"
            autocomplete="off"
            value={token()}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          <div>
            <Button type="submit" size="small" disabled={token().trim() === ''}>
              {t('models.tokenSet')}
            </Button>
          </div>
        </form>
      </Show>
      <form
        class="grid content-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void useHub(hub().trim());
        }}
      >
        <Field
          label={t('models.hub')}
          error={bad() ? t('models.hubBad') : undefined}
          type="url"
          value={hub()}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <div class="flex flex-wrap gap-2">
          <Button type="submit" size="small" disabled={hub() === properties.finder.state().hub}>
            {t('models.hubSave')}
          </Button>
          <Button kind="quiet" size="small" onClick={() => void useHub(undefined)}>
            {t('models.hubReset')}
          </Button>
        </div>
      </form>
    </div>
  );
}
