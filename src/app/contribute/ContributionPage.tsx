// One contribution: what it is, where it stands, its rows on demand.
import { createSignal, For, type JSX, onMount, Show } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import { contributionData } from '../../workflows/rows/contributionRecord.ts';
import { t } from '../i18n/t.ts';
import {
  announceContribution,
  findContribution,
  followContributions,
  registerContribution,
} from '../state/contributions.ts';
import { listDatanets } from '../state/datanets.ts';
import { createLive, createLoaded } from '../state/live.ts';
import { peersView } from '../state/peers.ts';
import { hasChain, walletView } from '../state/settlement.ts';
import { sourceRows } from '../state/sourceRows.ts';
import {
  Banner,
  Button,
  CopyButton,
  EmptyState,
  ErrorCard,
  formatDateTime,
  formatList,
  formatNumber,
  Page,
  Progress,
  Section,
  Table,
} from '../ui/index.ts';
import { ContributionState, datanetName } from './ContributionTable.tsx';
import { RelayAnswers } from './RelayAnswers.tsx';

export function ContributionPage(properties: { readonly cid: string }): JSX.Element {
  const record = createLive(async () => (await findContribution(properties.cid)) ?? null);
  const datanets = createLive(listDatanets);
  const [wanted, setWanted] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<unknown>();
  onMount(() => void followContributions().catch((error: unknown) => setFailure(() => error)));
  const rows = createLoaded(
    () => (wanted() ? (record() ?? undefined) : undefined),
    ({ id, datanetId }, signal) => sourceRows({ datanetId, source: id }, signal),
  );
  const attempt = async (action: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await action();
    } catch (error) {
      setFailure(() => error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Show when={record() !== undefined}>
      <Show
        when={record()}
        fallback={
          <Page title={t('contribute.title')}>
            <EmptyState
              icon="search"
              title={t('contribute.notFound')}
              action={
                <a href="#/contribute" class="font-medium text-accent underline">
                  {t('contribute.toRoom')}
                </a>
              }
            >
              {t('contribute.notFoundText')}
            </EmptyState>
          </Page>
        }
      >
        {(found) => {
          const data = () => contributionData(found());
          const name = () => datanetName(datanets() ?? [], found().datanetId);
          const facts = (): readonly (readonly [string, JSX.Element])[] => [
            [t('contribute.columnState'), <ContributionState record={found()} />],
            [t('contribute.columnWhen'), formatDateTime(found().createdAt)],
            [t('contribute.columnBy'), <code class="text-sm">{found().contributor}</code>],
            [t('contribute.reviewLicence'), data().header.license],
            [t('contribute.publishedCid'), <code class="text-sm">{found().id}</code>],
            [t('contribute.publishedRoot'), <code class="text-sm">{data().header.rowsRoot}</code>],
            ...(data().transaction === undefined
              ? []
              : [[t('ui.transaction'), <code class="text-sm">{data().transaction}</code>] as const]),
          ];
          return (
            <Page
              title={found().mine ? t('contribute.publishedTitle') : name()}
              lead={t('contribute.publishedText', { count: found().rows, datanet: name() })}
              actions={<CopyButton text={found().id} label={t('contribute.copyCid')} />}
            >
              <Show when={failure()}>{(error) => <ErrorCard error={error()} />}</Show>
              <Show when={found().state === 'queued' || peersView().pending.some(({ cid }) => cid === found().id)}>
                <Banner
                  kind="warning"
                  action={
                    <Button
                      size="small"
                      busy={busy()}
                      onClick={() => void attempt(() => announceContribution(found()))}
                    >
                      {t('contribute.announceNow')}
                    </Button>
                  }
                >
                  <strong>{t('contribute.state.queued')}.</strong> {t('contribute.stateHint.queued')}
                </Banner>
              </Show>
              <RelayAnswers cid={found().id} />
              <Show when={data().announceError}>
                {(error) => (
                  <ErrorCard
                    error={TributaryError.deserialize(error())}
                    onAction={() => void attempt(() => announceContribution(found()))}
                  />
                )}
              </Show>
              <Show when={data().registerError}>
                {(error) => (
                  <div class="grid gap-2">
                    <p class="font-medium">{t('contribute.registerFailed')}</p>
                    <ErrorCard
                      error={TributaryError.deserialize(error())}
                      onAction={() => void attempt(() => registerContribution(found()))}
                      actionLabel={t('contribute.registerNow')}
                    />
                  </div>
                )}
              </Show>
              <Show
                when={
                  found().mine &&
                  hasChain() &&
                  walletView().wallet !== undefined &&
                  data().transaction === undefined &&
                  data().registerError === undefined
                }
              >
                <div>
                  <Button busy={busy()} onClick={() => void attempt(() => registerContribution(found()))}>
                    {t('contribute.registerNow')}
                  </Button>
                </div>
              </Show>
              <dl class="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)] sm:gap-y-2">
                <For each={facts()}>
                  {([label, value]) => (
                    <>
                      <dt class="text-muted">{label}</dt>
                      <dd class="mb-2 wrap-anywhere sm:mb-0">{value}</dd>
                    </>
                  )}
                </For>
              </dl>
              <Show when={data().header.overrides}>
                {(overrides) => (
                  <Banner kind="warning">
                    {t('contribute.overridden', {
                      count: overrides().length,
                      rows: formatList(
                        overrides()
                          .slice(0, 20)
                          .map(({ row }) => formatNumber(row + 1)),
                      ),
                    })}
                  </Banner>
                )}
              </Show>
              <div class="flex flex-wrap gap-2">
                <a
                  class="inline-flex min-h-10 items-center rounded-lg bg-accent px-4 font-medium text-on-accent hover:bg-accent-strong"
                  href="#/contribute/datanet"
                >
                  {t('contribute.another')}
                </a>
                <a
                  class="inline-flex min-h-10 items-center rounded-lg border border-edge bg-surface px-4 font-medium hover:bg-sunken"
                  href={`#/factory/new?datanet=${encodeURIComponent(found().datanetId)}`}
                >
                  {t('contribute.toFactory')}
                </a>
              </div>
              <Section
                title={t('contribute.rowsOf')}
                actions={
                  <Show when={!wanted()}>
                    <Button size="small" onClick={() => setWanted(true)}>
                      {t('contribute.openRows')}
                    </Button>
                  </Show>
                }
              >
                <Show when={rows.loading()}>
                  <Progress label={t('contribute.rowsFetch')} />
                </Show>
                <Show when={rows.error()}>{(error) => <ErrorCard error={error()} onAction={rows.reload} />}</Show>
                <Show when={rows.value()}>
                  {(list) => (
                    <Table
                      caption={t('contribute.rowsOf')}
                      captionHidden
                      rows={list().slice(0, 100)}
                      rowKey={({ position }) => position}
                      columns={[
                        { header: '#', numeric: true, cell: (row) => formatNumber(row().position + 1) },
                        { header: t('contribute.previewPrompt'), class: 'min-w-40', cell: (row) => row().row.prompt },
                        {
                          header: t('contribute.previewResponse'),
                          class: 'min-w-40',
                          cell: (row) => row().row.response,
                        },
                      ]}
                    />
                  )}
                </Show>
              </Section>
            </Page>
          );
        }}
      </Show>
    </Show>
  );
}
