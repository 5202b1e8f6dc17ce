// Finds a model: by search words on the Hub, by address, or from files of this device. One field takes words and addresses.
import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { Finder } from '../state/models/types.ts';
import { Button, Field, FileDrop, lazyPart, Section } from '../ui/index.ts';
import { FilesButton } from './FilesButton.tsx';
import { isAddress } from './modelFacts.ts';
import type { Found } from './SearchResults.tsx';

const HubAccess = lazyPart(async () => (await import('./HubAccess.tsx')).HubAccess);
const SearchResults = lazyPart(async () => (await import('./SearchResults.tsx')).SearchResults);
const OpenedView = lazyPart(async () => (await import('./OpenedView.tsx')).OpenedView);

export function FinderView(properties: { readonly finder: Finder; readonly onInstalled: () => void }): JSX.Element {
  const search = () => properties.finder.state().search;
  const found = (): Found | undefined => {
    const state = search();
    return state.phase === 'idle' ? undefined : state;
  };
  const [query, setQuery] = createSignal(found()?.query ?? '');
  const [wasAccessOpened, setAccessOpened] = createSignal(false);
  let box!: HTMLDivElement;
  const opened = () => properties.finder.state().opened;
  const [isOpenedHere, setOpenedHere] = createSignal(false);
  // The focused element disappeared with the previous view.
  createEffect(
    on(
      () => opened().phase,
      (phase) => {
        // The offer's heading takes the focus if there is one.
        setOpenedHere(phase === 'open');
        // Not the field in it: that would open a phone's keyboard.
        if (phase === 'closed') box.focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = query().trim();
    if (text === '') return;
    if (isAddress(text)) properties.finder.open(text);
    else properties.finder.search(text);
  };
  return (
    <Section title={t('models.add')} lead={t('models.addLead')}>
      <div ref={box} tabindex="-1" class="grid gap-4 outline-none">
        <Show
          when={opened().phase === 'closed'}
          fallback={
            <OpenedView finder={properties.finder} takesFocus={isOpenedHere()} onInstalled={properties.onInstalled} />
          }
        >
          <form class="flex flex-wrap items-start gap-3" onSubmit={submit}>
            <Field
              class="min-w-0 flex-1 basis-72"
              label={t('models.query')}
              hint={t('models.queryHint')}
              type="search"
              spellcheck={false}
              autocapitalize="off"
              value={query()}
              onInput={(event) => setQuery(event.currentTarget.value)}
            />
            <Button
              type="submit"
              kind="primary"
              icon={isAddress(query().trim()) ? 'download' : 'search'}
              class="sm:mt-6.5"
              disabled={query().trim() === ''}
              busy={search().phase === 'searching'}
            >
              {isAddress(query().trim()) ? t('models.open') : t('models.search')}
            </Button>
          </form>
          <Show when={found()}>{(state) => <SearchResults finder={properties.finder} found={state()} />}</Show>
          <FileDrop
            label={t('models.drop')}
            hint={t('models.dropHint')}
            multiple
            onFiles={(files) => properties.finder.openFiles(files)}
            onDropped={(data) => properties.finder.openDropped(data)}
          />
          <div class="flex flex-wrap items-center gap-3">
            <FilesButton label={t('models.folder')} folder onFiles={(files) => properties.finder.openFiles(files)} />
          </div>
          <details onToggle={() => setAccessOpened(true)}>
            <summary class="min-h-8 font-medium">{t('models.access')}</summary>
            <div class="pt-3">
              <Show when={wasAccessOpened()}>
                <HubAccess finder={properties.finder} />
              </Show>
            </div>
          </details>
        </Show>
      </div>
    </Section>
  );
}
