// What somebody opened: its files being listed, what is in the way, or the offer. Fetched with the first thing that is opened.
import { type JSX, Match, Show, Switch } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { Finder, OpenedState } from '../state/models/types.ts';
import { ErrorCard, lazyPart, Progress } from '../ui/index.ts';
import { wantsToken } from './modelFacts.ts';
import { OfferView } from './OfferView.tsx';

const HubAccess = lazyPart(async () => (await import('./HubAccess.tsx')).HubAccess);

type Opened<Phase extends OpenedState['phase']> = Extract<OpenedState, { readonly phase: Phase }>;

export function OpenedView(properties: {
  readonly finder: Finder;
  readonly takesFocus: boolean;
  readonly onInstalled: () => void;
}): JSX.Element {
  const opened = () => properties.finder.state().opened;
  const openedIn = <Phase extends OpenedState['phase']>(phase: Phase): Opened<Phase> | undefined =>
    opened().phase === phase ? (opened() as Opened<Phase>) : undefined;
  return (
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
            takesFocus={properties.takesFocus}
            onInstalled={properties.onInstalled}
          />
        )}
      </Match>
    </Switch>
  );
}
