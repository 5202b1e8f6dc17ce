// The page that erases everything, and the one that other tabs go to meanwhile. They have no frame: it would open what is erased.
import { createSignal, For, type JSX, onMount, Show } from 'solid-js';
import { texts } from '../i18n/dictionary.ts';
import { t } from '../i18n/t.ts';
import { erase, type Leftover, openAgain } from '../state/erase.ts';
import { loadLanguage } from '../state/language.ts';
import { Banner, Button, ErrorCard, Progress } from '../ui/index.ts';

export function ErasePage(properties: { readonly purpose: 'erase' | 'erased' }): JSX.Element {
  const [left, setLeft] = createSignal<readonly Leftover[]>();
  const [failure, setFailure] = createSignal<unknown>();
  const run = async (): Promise<void> => {
    setLeft(undefined);
    setFailure(undefined);
    try {
      setLeft(await erase());
    } catch (error) {
      setFailure(() => error);
    }
  };
  onMount(async () => {
    // Erasing waits for no text.
    if (properties.purpose === 'erase') void run();
    await loadLanguage();
  });
  const again = (): JSX.Element => <Button onClick={() => void openAgain()}>{t('shell.eraseOpen')}</Button>;
  return (
    <Show when={'shell.name' in texts()}>
      <main class="mx-auto grid max-w-2xl gap-4 p-6 sm:p-10">
        <Show
          when={properties.purpose === 'erase'}
          fallback={
            <>
              <h1 class="text-2xl font-semibold">{t('shell.erasedElsewhere')}</h1>
              <p>{t('shell.erasedElsewhereText')}</p>
              <div>{again()}</div>
            </>
          }
        >
          <h1 class="text-2xl font-semibold">{t('shell.erase')}</h1>
          <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void run()} />}</Show>
          <Show
            when={left()}
            fallback={
              <Show when={failure() === undefined}>
                <Progress label={t('shell.erasing')} />
              </Show>
            }
          >
            {(found) => (
              <Show
                when={found().length > 0}
                fallback={
                  <>
                    <p role="status">{t('shell.eraseDone')}</p>
                    <div>{again()}</div>
                  </>
                }
              >
                <Banner kind="warning">{t('shell.eraseLeft', { count: found().length })}</Banner>
                <ul class="grid list-disc gap-1 ps-5">
                  <For each={found()}>
                    {({ kind, name }) => (
                      <li class="wrap-anywhere">
                        {t(`shell.eraseKind.${kind}`)}: {name}
                      </li>
                    )}
                  </For>
                </ul>
                <p>{t('shell.eraseLeftHint')}</p>
                <div class="flex flex-wrap gap-2">
                  <Button kind="primary" onClick={() => void run()}>
                    {t('shell.eraseAgain')}
                  </Button>
                  {again()}
                </div>
              </Show>
            )}
          </Show>
        </Show>
      </main>
    </Show>
  );
}
