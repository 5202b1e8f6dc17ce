// What comes from peers: a list, or why there is nothing yet; a button that connects where nobody has; what could not be fetched.
import { type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Banner } from './Banner.tsx';
import { Button } from './Button.tsx';
import { ErrorCard } from './ErrorCard.tsx';
import { Section } from './Page.tsx';

export function FromPeers(properties: {
  readonly title: string;
  readonly lead: string;
  /** Of the node: `idle` until it is started, `alone` where it has no relay. */
  readonly status: string;
  readonly isEmpty: boolean;
  /** What stands in place of an empty list. */
  readonly empty: { readonly idle: string; readonly alone: string; readonly otherwise: string };
  readonly failure: unknown;
  readonly onConnect: () => void;
  /** What was announced and could not be had; absent: everything could. */
  readonly missing: string | undefined;
  readonly onRetry: () => void;
  readonly children: JSX.Element;
}): JSX.Element {
  const nothing = (): string => {
    if (properties.status === 'idle') return properties.empty.idle;
    return properties.status === 'alone' ? properties.empty.alone : properties.empty.otherwise;
  };
  return (
    <Section
      title={properties.title}
      lead={properties.lead}
      actions={
        <Show when={properties.status === 'idle'}>
          <Button size="small" icon="play" onClick={() => properties.onConnect()}>
            {t('ui.connectPeers')}
          </Button>
        </Show>
      }
    >
      <Show when={properties.failure}>
        {(error) => <ErrorCard error={error()} onAction={() => properties.onConnect()} />}
      </Show>
      <Show when={!properties.isEmpty} fallback={<p class="text-muted">{nothing()}</p>}>
        {properties.children}
      </Show>
      <Show when={properties.missing}>
        {(text) => (
          <Banner
            kind="warning"
            action={
              <Button size="small" onClick={() => properties.onRetry()}>
                {t('ui.tryAgain')}
              </Button>
            }
          >
            {text()}
          </Banner>
        )}
      </Show>
    </Section>
  );
}
