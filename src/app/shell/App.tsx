// The whole app: the frame, and one lazily loaded room at a time. A room that fails takes only itself down.
import { HashRouter, Navigate, Route, type RouteSectionProps, useLocation } from '@solidjs/router';
import { createEffect, createSignal, ErrorBoundary, type JSX, on, onMount, Show, Suspense } from 'solid-js';
import { loadTexts, texts } from '../i18n/dictionary.ts';
import { t } from '../i18n/t.ts';
import { loadConfig } from '../state/config.ts';
import { damagedRecords } from '../state/damagedRecords.ts';
import { loadLanguage } from '../state/language.ts';
import { EmptyState, ErrorCard, lazyPart, Toasts } from '../ui/index.ts';
import { lazyRoom } from './lazyRoom.ts';
import { Navigation } from './Navigation.tsx';
import { rooms } from './rooms.ts';

const views = {
  chat: lazyRoom('chat', async () => (await import('../chat/Chat.tsx')).Chat),
  contribute: lazyRoom('contribute', async () => (await import('../contribute/Contribute.tsx')).Contribute),
  factory: lazyRoom('factory', async () => (await import('../factory/Factory.tsx')).Factory),
  models: lazyRoom('models', async () => (await import('../models/Models.tsx')).Models),
  rewards: lazyRoom('rewards', async () => (await import('../rewards/Rewards.tsx')).Rewards),
  settings: lazyRoom('settings', async () => (await import('../settings/Settings.tsx')).Settings),
};

/** Asks for the room of the address while the configuration is on its way, so that a visit does not wait for one after the other. */
function fetchFirstRoom(): void {
  const name = location.hash.split('/')[1] || 'chat';
  const room = rooms.find((candidate) => candidate.name === name);
  // A failure is said where the room is shown, which asks again.
  if (room !== undefined) views[room.name].preload().catch(() => undefined);
}

const DamagedRecords = lazyPart(async () => {
  const [part] = await Promise.all([import('../settings/DamagedRecords.tsx'), loadTexts('settings')]);
  return part.DamagedRecords;
});

function Opening(): JSX.Element {
  return <p class="p-8 text-muted">{t('shell.loadingRoom')}…</p>;
}

/** For a page whose dictionaries did not load: the only sentence that cannot come from one. */
function NoTexts(): JSX.Element {
  return (
    <p role="alert" lang="en" class="p-8">
      Tributary could not load its texts. Reload the page when the network is back.
    </p>
  );
}

/** Frame around the current room. */
function Frame(properties: RouteSectionProps): JSX.Element {
  const location = useLocation();
  let main!: HTMLElement;
  const room = (): string => location.pathname.split('/')[1] ?? '';
  createEffect(
    on(room, (name, before) => {
      const known = rooms.find((candidate) => candidate.name === name);
      document.title = known === undefined ? t('shell.name') : `${t(`shell.${known.name}`)} · ${t('shell.name')}`;
      // After the first page, a new room begins for keyboard and screen reader at its top.
      if (before !== undefined && before !== '' && before !== name) main.focus();
    }),
  );
  return (
    <div class="flex h-dvh flex-col md:flex-row">
      {/* biome-ignore lint/a11y/useValidAnchor: a skip link is a link; its address would change the room. */}
      <a
        href="#main"
        class="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-lg focus:bg-accent focus:px-4 focus:py-2 focus:text-on-accent"
        onClick={(event) => {
          // The address after # names the room.
          event.preventDefault();
          main.focus();
        }}
      >
        {t('shell.skip')}
      </a>
      <Navigation />
      <div class="flex min-h-0 min-w-0 flex-1 flex-col">
        <Show when={damagedRecords().length > 0}>
          <DamagedRecords />
        </Show>
        <main id="main" ref={main} tabindex="-1" class="min-h-0 flex-1 outline-none">
          <ErrorBoundary
            fallback={(error, reset) => (
              <div class="mx-auto grid max-w-2xl gap-4 p-6 sm:p-10">
                <h1 class="text-2xl font-semibold">{t('shell.roomFailed')}</h1>
                <ErrorCard error={error} onAction={reset} />
              </div>
            )}
          >
            <Suspense fallback={<Opening />}>{properties.children}</Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Toasts />
    </div>
  );
}

function NotFound(): JSX.Element {
  return (
    <div class="mx-auto max-w-xl p-8">
      <EmptyState
        icon="search"
        title={t('shell.notFound')}
        action={
          <a href="#/chat" class="font-medium text-accent underline">
            {t('shell.toChat')}
          </a>
        }
      >
        {t('shell.notFoundHint')}
      </EmptyState>
    </div>
  );
}

export function App(): JSX.Element {
  const [configured, setConfigured] = createSignal(false);
  const [failure, setFailure] = createSignal<unknown>();
  // Until they have loaded, `t()` would return keys.
  const hasTexts = (): boolean => 'shell.name' in texts();
  const load = (): void => {
    setFailure(undefined);
    Promise.all([loadConfig(), loadLanguage()]).then(
      () => setConfigured(true),
      (error: unknown) => setFailure(() => error),
    );
    // After the language, which is chosen by then: the room's texts are fetched in it.
    fetchFirstRoom();
  };
  onMount(load);
  onMount(() => {
    // Whoever does something may see something fail, perhaps the network; a page that is only looked at need not fetch what errors say.
    const fetchErrorTexts = (): void => void loadTexts('errors').catch(() => undefined);
    for (const touch of ['pointerdown', 'keydown']) addEventListener(touch, fetchErrorTexts, { once: true });
  });
  return (
    <Show
      when={configured()}
      fallback={
        <Show
          when={failure()}
          fallback={
            <Show when={hasTexts()}>
              <Opening />
            </Show>
          }
        >
          {(error) => (
            <Show when={hasTexts()} fallback={<NoTexts />}>
              <div class="mx-auto max-w-2xl p-6">
                <ErrorCard error={error()} onAction={load} />
              </div>
            </Show>
          )}
        </Show>
      }
    >
      <HashRouter root={Frame}>
        <Route path="/" component={() => <Navigate href="/chat" />} />
        <Route path="/chat/:chat?" component={views.chat} />
        <Route path="/contribute/*rest" component={views.contribute} />
        <Route path="/factory/*rest" component={views.factory} />
        <Route path="/models" component={views.models} />
        <Route path="/rewards/*rest" component={views.rewards} />
        <Route path="/settings" component={views.settings} />
        <Route path="*" component={NotFound} />
      </HashRouter>
    </Show>
  );
}
