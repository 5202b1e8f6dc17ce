// Adapters that peers announce: who made them, from how many rows, and a button that fetches one and keeps it.
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { listStoredAdapters } from '../state/adapters.ts';
import {
  type AnnouncedAdapter,
  announcedAdapterFailures,
  announcedAdapters,
  followAdapters,
  retryAnnouncedAdapters,
} from '../state/announcedAdapters.ts';
import { createLive } from '../state/live.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { peers, peersView } from '../state/peers.ts';
import { importPublishedAdapter } from '../state/publishedAdapters.ts';
import { Button, FromPeers, formatDateTime, shortAddress, Table } from '../ui/index.ts';

export function PeerAdapters(): JSX.Element {
  const stored = createLive(listStoredAdapters);
  const [fetching, setFetching] = createSignal<string>();
  const [failure, setFailure] = createSignal<unknown>();
  const follow = (start: () => Promise<unknown>): void => {
    setFailure(undefined);
    start().catch((error: unknown) => setFailure(() => error));
  };
  onMount(() => follow(followAdapters));
  const keep = async ({ cid }: AnnouncedAdapter): Promise<void> => {
    setFetching(cid);
    setFailure(undefined);
    try {
      await importPublishedAdapter(cid);
    } catch (error) {
      setFailure(() => error);
    } finally {
      setFetching(undefined);
    }
  };
  const here = (adapter: AnnouncedAdapter): string | undefined =>
    stored()?.find((record) => record.id === adapter.cid || record.manifestCid === adapter.cid)?.id;
  /** What was trained here stands among the runs. */
  const ofPeers = (): readonly AnnouncedAdapter[] =>
    announcedAdapters().filter(
      ({ cid }) => stored()?.some((record) => record.manifestCid === cid && record.id !== cid) !== true,
    );
  const fits = ({ manifest }: AnnouncedAdapter): boolean =>
    availableModels().some((model) => model.sha256 === manifest.base.sha256);
  const rowCount = ({ manifest }: AnnouncedAdapter): string => {
    const count = manifest.training['rowCount'];
    return typeof count === 'number' ? t('factory.rows', { count }) : '–';
  };
  return (
    <FromPeers
      title={t('factory.adaptersTitle')}
      lead={t('factory.adaptersLead')}
      status={peersView().status}
      isEmpty={ofPeers().length === 0}
      empty={{
        idle: t('factory.adaptersIdle'),
        alone: t('factory.adaptersOff'),
        otherwise: t('factory.adaptersEmpty'),
      }}
      failure={failure()}
      onConnect={() => follow(peers)}
      missing={
        announcedAdapterFailures().length > 0
          ? t('factory.adaptersFailed', { count: announcedAdapterFailures().length })
          : undefined
      }
      onRetry={() => void retryAnnouncedAdapters()}
    >
      <Table
        caption={t('factory.adaptersTitle')}
        captionHidden
        rows={ofPeers()}
        rowKey={({ cid }) => cid}
        columns={[
          {
            header: t('factory.adapterColumnName'),
            class: 'min-w-32 font-medium',
            cell: (adapter) => adapter().manifest.name,
          },
          { header: t('factory.adapterColumnBase'), cell: (adapter) => adapter().manifest.base.name },
          { header: t('factory.adapterColumnRows'), cell: (adapter) => rowCount(adapter()) },
          {
            header: t('factory.adapterColumnBy'),
            cell: (adapter) => shortAddress(adapter().manifest.author.split(':').at(-1) ?? ''),
          },
          {
            header: t('factory.adapterColumnWhen'),
            class: 'whitespace-nowrap',
            cell: (adapter) => formatDateTime(adapter().manifest.ts),
          },
          {
            header: t('factory.adapterColumnAction'),
            cell: (adapter) => (
              <Show
                when={here(adapter())}
                fallback={
                  <Show when={fits(adapter())} fallback={<span class="text-muted">{t('factory.adapterOther')}</span>}>
                    <Button
                      size="small"
                      icon="download"
                      busy={fetching() === adapter().cid}
                      disabled={fetching() !== undefined && fetching() !== adapter().cid}
                      onClick={() => void keep(adapter())}
                    >
                      {t(fetching() === adapter().cid ? 'factory.adapterFetching' : 'factory.adapterFetch', {
                        name: adapter().manifest.name,
                      })}
                    </Button>
                  </Show>
                }
              >
                {(id) => (
                  <a
                    href={`#/chat?adapter=${encodeURIComponent(id())}`}
                    class="font-medium whitespace-nowrap text-accent underline underline-offset-2"
                  >
                    {t('factory.adapterChat')}
                  </a>
                )}
              </Show>
            ),
          },
        ]}
      />
    </FromPeers>
  );
}
