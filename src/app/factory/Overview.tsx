// Runs of this browser and adapters that peers announce.
import { useNavigate } from '@solidjs/router';
import { createSignal, type JSX, onMount, Show } from 'solid-js';
import { stepOf, type TrainingRun } from '../../workflows/training/trainingRun.ts';
import { t } from '../i18n/t.ts';
import { createLive } from '../state/live.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { listRuns, liveRun, runElsewhere } from '../state/training.ts';
import { Button, EmptyState, formatDateTime, formatDecimals, formatNumber, Page, Table } from '../ui/index.ts';
import { PeerAdapters } from './PeerAdapters.tsx';
import { RunState } from './RunState.tsx';

export function Overview(): JSX.Element {
  const navigate = useNavigate();
  const runs = createLive(listRuns);
  const [opened, setOpened] = createSignal(false);
  onMount(() => setOpened(true));
  const loss = (run: TrainingRun): string => {
    const last = run.losses.at(-1)?.[1];
    return last === undefined ? '–' : formatDecimals(last, 2);
  };
  // Made anew at each place: one element cannot stand in two.
  const start = (): JSX.Element => (
    <Button kind="primary" icon="plus" onClick={() => navigate('/factory/new')}>
      {t('factory.new')}
    </Button>
  );
  return (
    <Page title={t('factory.title')} lead={t('factory.lead')} actions={(runs()?.length ?? 0) > 0 ? start() : undefined}>
      <Show
        when={availableModels().length > 0}
        fallback={
          <EmptyState icon="factory" title={t('factory.baseNone')}>
            {t('factory.baseNoneText')}
          </EmptyState>
        }
      >
        <section class="grid gap-4">
          <h2 class="text-lg font-semibold">{t('factory.runsTitle')}</h2>
          <Show when={runs()}>
            {(list) => (
              <Show
                when={list().length > 0}
                fallback={
                  <EmptyState icon="factory" title={t('factory.runsEmpty')} action={start()}>
                    {t('factory.runsEmptyText')}
                  </EmptyState>
                }
              >
                <Table
                  caption={t('factory.runsTitle')}
                  captionHidden
                  rows={list()}
                  rowKey={(run) => run.id}
                  columns={[
                    {
                      header: t('factory.columnRun'),
                      class: 'min-w-32',
                      cell: (run) => (
                        <a
                          href={`#/factory/runs/${run().id}`}
                          class="font-medium text-accent underline underline-offset-2"
                        >
                          {run().name}
                        </a>
                      ),
                    },
                    {
                      header: t('factory.columnState'),
                      cell: (run) => <RunState run={run()} live={liveRun()} elsewhere={runElsewhere()} />,
                    },
                    { header: t('factory.columnBase'), cell: (run) => run().modelName },
                    {
                      header: t('factory.columnRows'),
                      numeric: true,
                      cell: (run) => formatNumber(run().rowCount),
                    },
                    {
                      header: t('factory.columnSteps'),
                      numeric: true,
                      cell: (run) => t('ui.of', { done: stepOf(run()), total: run().totalSteps }),
                    },
                    { header: t('factory.columnLoss'), numeric: true, cell: (run) => loss(run()) },
                    {
                      header: t('factory.columnWhen'),
                      class: 'whitespace-nowrap',
                      cell: (run) => formatDateTime(run().updatedAt),
                    },
                  ]}
                />
              </Show>
            )}
          </Show>
        </section>
      </Show>
      {/* Not before the runs above it are known: it would jump. */}
      <Show when={opened() && runs() !== undefined}>
        <PeerAdapters />
      </Show>
    </Page>
  );
}
