// The node: state in words, connections, what waits, relay addresses.
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { config } from '../state/config.ts';
import { peers, peersView, relayAddresses, restartPeers, setRelayAddresses, stopPeers } from '../state/peers.ts';
import { Banner, Button, CopyButton, ErrorCard, Section, shortHash, Table, TextArea, toast } from '../ui/index.ts';

/** The first line that cannot be a relay's address, counted from 1, or undefined. */
export function badRelayLine(text: string): number | undefined {
  const at = text
    .split('\n')
    .findIndex((line) => line.trim() !== '' && !/^\/[^\s]+\/p2p\/[A-Za-z0-9]{20,}$/.test(line.trim()));
  return at < 0 ? undefined : at + 1;
}

export function PeersSection(): JSX.Element {
  const [text, setText] = createSignal('');
  const [failure, setFailure] = createSignal<unknown>();
  onMount(async () => setText((await relayAddresses()).join('\n')));
  const guarded = async (action: () => Promise<unknown>): Promise<void> => {
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      setFailure(() => error);
    }
  };
  const lines = (): string[] =>
    text()
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const save = (): Promise<void> =>
    guarded(async () => {
      await setRelayAddresses(lines());
      toast(t('settings.saved'));
    });
  const reset = (): Promise<void> =>
    guarded(async () => {
      await setRelayAddresses(undefined);
      setText(config().relays.join('\n'));
      toast(t('settings.saved'));
    });
  const running = (): boolean => !['idle', 'failed'].includes(peersView().status);
  return (
    <Section
      title={t('settings.peers')}
      lead={t('settings.peersLead')}
      actions={
        <div class="flex flex-wrap gap-2">
          <Button
            size="small"
            icon={running() ? 'refresh' : 'play'}
            busy={peersView().status === 'starting'}
            onClick={() => void guarded(running() ? restartPeers : peers)}
          >
            {running() ? t('settings.retryPeers') : t('settings.startPeers')}
          </Button>
          <Show when={running()}>
            <Button size="small" kind="quiet" onClick={() => void guarded(stopPeers)}>
              {t('settings.stopPeers')}
            </Button>
          </Show>
        </div>
      }
    >
      <dl class="grid gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
        <dt class="text-muted">{t('settings.peersState')}</dt>
        <dd>
          <span role="status">{t(`settings.peers.${peersView().status}`)}</span>
        </dd>
        <Show when={peersView().id}>
          {(id) => (
            <>
              <dt class="text-muted">{t('settings.peerId')}</dt>
              <dd class="flex items-center gap-2">
                <code class="font-mono text-sm">{shortHash(id())}</code>
                <CopyButton text={id()} />
              </dd>
            </>
          )}
        </Show>
      </dl>
      <Show when={peersView().pending.length > 0}>
        <Banner kind="warning">{t('settings.pending', { count: peersView().pending.length })}</Banner>
      </Show>
      <Show when={failure() ?? peersView().error}>
        {(error) => <ErrorCard error={error()} onAction={() => void guarded(restartPeers)} />}
      </Show>
      <Show when={running()}>
        <Table
          caption={t('settings.connections')}
          rows={peersView().connections}
          rowKey={({ peer, address }) => `${peer} ${address}`}
          empty={t('settings.noConnections')}
          columns={[
            {
              header: t('settings.peer'),
              cell: (connection) => (
                <code class="font-mono" title={connection().address}>
                  {shortHash(connection().peer)}
                </code>
              ),
            },
            {
              header: t('settings.kindOfPeer'),
              cell: (connection) => (connection().kind === 'relay' ? t('settings.relay') : t('settings.browser')),
            },
            {
              header: t('settings.route'),
              cell: (connection) => (connection().direct ? t('settings.direct') : t('settings.carried')),
            },
          ]}
        />
      </Show>
      <form
        class="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (badRelayLine(text()) === undefined) void save();
        }}
      >
        <TextArea
          label={t('settings.relays')}
          hint={t('settings.relaysHint')}
          error={
            badRelayLine(text()) === undefined
              ? undefined
              : t('settings.relaysBad', { line: badRelayLine(text()) ?? 0 })
          }
          rows={3}
          spellcheck={false}
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <div class="flex flex-wrap gap-2">
          <Button type="submit" disabled={badRelayLine(text()) !== undefined}>
            {t('settings.save')}
          </Button>
          <Button kind="quiet" onClick={() => void reset()}>
            {t('settings.reset')}
          </Button>
        </div>
      </form>
    </Section>
  );
}
