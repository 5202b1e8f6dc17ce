// Finds a model: by search words on the Hub, by address, or from files of this device. One field takes words and addresses.
import { createEffect, createSignal, type JSX, Match, on, Show, Switch } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { Finder, OpenedState } from '../state/models/types.ts';
import { Button, ErrorCard, Field, FileDrop, lazyPart, Progress, Section } from '../ui/index.ts';
import { FilesButton } from './FilesButton.tsx';
import { isAddress, wantsToken } from './modelFacts.ts';
import type { Found } from './SearchResults.tsx';

const HubAccess = lazyPart(async () => (await import('./HubAccess.tsx')).HubAccess);
const SearchResults = lazyPart(async () => (await import('./SearchResults.tsx')).SearchResults);
const OfferView = lazyPart(async () => (await import('./OfferView.tsx')).OfferView);

type Opened<Phase extends OpenedState['phase']> = Extract<OpenedState, { readonly phase: Phase }>;

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
  const openedIn = <Phase extends OpenedState['phase']>(phase: Phase): Opened<Phase> | undefined =>
    opened().phase === phase ? (opened() as Opened<Phase>) : undefined;
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
        <Switch>
          <Match when={openedIn('listing')}>
            {(listing) => (
              <Progress
                label={listing().what === '' ? t('models.listingFiles') : t('models.listing', { name: listing().what })}
                onCancel={() => properties.finder.close()}
              />
            )}
          </Match>
          <Match when={openedIn('failed')}>
            {(failed) => (
              <div class="grid gap-4">
                <ErrorCard
                  error={failed().error}
                  onAction={failed().what === '' ? undefined : () => properties.finder.open(failed().what)}
                  onDismiss={() => properties.finder.close()}
                />
                <Show when={wantsToken(failed().error)}>
                  <HubAccess
                    finder={properties.finder}
                    error={failed().error}
                    onToken={() => properties.finder.open(failed().what)}
                  />
                </Show>
              </div>
            )}
          </Match>
          <Match when={openedIn('open')}>
            {(open) => (
              <OfferView
                finder={properties.finder}
                open={open()}
                takesFocus={isOpenedHere()}
                onInstalled={properties.onInstalled}
              />
            )}
          </Match>
          <Match when={opened().phase === 'closed'}>
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
          </Match>
        </Switch>
      </div>
    </Section>
  );
}
