// One run: progress, loss curve and a stop button while it trains; the adapter when it is done. A run that a closed page
// interrupted resumes from its last checkpoint by itself.
import { useNavigate } from '@solidjs/router';
import { createEffect, createSignal, For, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import { isAbort, TributaryError } from '../../lib/errors.ts';
import { runPace, stepOf, type TrainingRun } from '../../workflows/training/trainingRun.ts';
import { KNOBS } from '../../workflows/training/trainingSettings.ts';
import { formatInput } from '../i18n/format.ts';
import { t } from '../i18n/t.ts';
import { createLive } from '../state/live.ts';
import {
  cancelRun,
  deleteRun,
  findRun,
  liveRun,
  resumeLeftRun,
  resumeRun,
  runElsewhere,
  takeOverRun,
} from '../state/training.ts';
import {
  Banner,
  Button,
  CopyButton,
  Dialog,
  EmptyState,
  ErrorCard,
  formatDuration,
  formatNumber,
  lazyPart,
  Page,
  Progress,
  Section,
} from '../ui/index.ts';
import { LossChart } from './LossChart.tsx';
import { modelProgress } from './NewRun.tsx';
import { RunState } from './RunState.tsx';

const TrainedAdapter = lazyPart(async () => (await import('./TrainedAdapter.tsx')).TrainedAdapter);

export function RunPage(properties: { readonly id: string }): JSX.Element {
  const navigate = useNavigate();
  const record = createLive(async () => (await findRun(properties.id)) ?? null);
  const [failure, setFailure] = createSignal<unknown>();
  const [deleting, setDeleting] = createSignal(false);
  const [interrupted, setInterrupted] = createSignal(false);
  const [hidden, setHidden] = createSignal(document.hidden);
  const mine = () => {
    const live = liveRun();
    return live?.run.id === properties.id ? live : undefined;
  };
  const theirs = () => {
    const live = runElsewhere();
    return live?.run.id === properties.id ? live : undefined;
  };
  const run = (): TrainingRun | undefined => mine()?.run ?? theirs()?.run ?? record() ?? undefined;

  onMount(() => {
    const look = (): void => void setHidden(document.hidden);
    document.addEventListener('visibilitychange', look);
    onCleanup(() => document.removeEventListener('visibilitychange', look));
  });

  const showUnlessStopped = (error: unknown): void => {
    if (!isAbort(error)) setFailure(() => error);
  };
  const go = async (from: TrainingRun, start: typeof resumeRun = resumeRun): Promise<void> => {
    setFailure(undefined);
    await start(from).catch(showUnlessStopped);
  };

  // A record that says `running` while no tab trains it is new, or was left by a tab that closed: this one, or another that was
  // watched from here.
  let considered = false;
  let waiting = new AbortController();
  onCleanup(() => waiting.abort());
  const goOnWhenLeft = (): void => {
    waiting.abort();
    waiting = new AbortController();
    resumeLeftRun(properties.id, waiting.signal, (run) => {
      setFailure(undefined);
      setInterrupted(stepOf(run) > 0 || run.checkpointStep > 0);
    }).catch(showUnlessStopped);
  };
  createEffect(
    on([record, theirs], ([found, other]) => {
      if (other !== undefined) considered = false;
      else if (!considered && found !== undefined && found !== null) {
        considered = true;
        if (found.status === 'running') goOnWhenLeft();
      }
    }),
  );

  return (
    <Show when={record() !== undefined}>
      <Show
        when={run()}
        fallback={
          <Page title={t('factory.title')}>
            <EmptyState
              icon="search"
              title={t('factory.runMissing')}
              action={
                <a href="#/factory" class="font-medium text-accent underline">
                  {t('factory.back')}
                </a>
              }
            >
              {t('factory.runMissingText')}
            </EmptyState>
          </Page>
        }
      >
        {(current) => (
          <Page
            title={current().name}
            lead={`${current().modelName} · ${t('factory.rows', { count: current().rowCount })}`}
            actions={
              <a href="#/factory" class="font-medium text-accent underline underline-offset-2">
                {t('factory.back')}
              </a>
            }
          >
            <Show when={interrupted() && mine()}>
              <Banner>{t('factory.resuming')}</Banner>
            </Show>
            <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void go(current())} />}</Show>
            <section class="grid gap-4 rounded-2xl border border-line bg-surface p-5 sm:p-6">
              <Show
                when={mine()}
                fallback={
                  <Show when={theirs()} fallback={<Standstill run={current()} onResume={() => void go(current())} />}>
                    <Elsewhere run={current()} onTakeOver={() => void go(current(), takeOverRun)} />
                  </Show>
                }
              >
                {(live) => (
                  <Show
                    when={live().stage === 'training'}
                    fallback={
                      <Progress
                        label={t(`factory.stage.${live().stage}`)}
                        {...modelProgress(live().stage)}
                        onCancel={cancelRun}
                      />
                    }
                  >
                    <Pace run={current()} />
                    <Show when={hidden()}>
                      <Banner kind="warning">{t('factory.hiddenTab')}</Banner>
                    </Show>
                  </Show>
                )}
              </Show>
              <LossChart losses={current().losses} totalSteps={current().totalSteps} />
            </section>
            <Show when={current().status === 'trained' && current().adapterId}>
              <TrainedAdapter run={current()} />
            </Show>
            <Section
              title={t('factory.settingsTitle')}
              actions={<CopyButton text={settingsJson(current())} label={t('factory.copySettings')} />}
            >
              <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1">
                <For each={KNOBS}>
                  {({ name }) => (
                    <>
                      <dt class="text-muted">{t(`factory.knob.${name}`)}</dt>
                      <dd class="tabular">{formatInput(current().settings[name])}</dd>
                    </>
                  )}
                </For>
              </dl>
              <Show when={mine() === undefined && theirs() === undefined}>
                <div>
                  <Button kind="danger" size="small" icon="trash" onClick={() => setDeleting(true)}>
                    {t('factory.delete')}
                  </Button>
                </div>
              </Show>
            </Section>
            <Dialog
              open={deleting()}
              onOpenChange={setDeleting}
              title={t('factory.deleteTitle')}
              description={t('factory.deleteText')}
              actions={
                <>
                  <Button onClick={() => setDeleting(false)}>{t('factory.deleteKeep')}</Button>
                  <Button
                    kind="danger"
                    onClick={() => {
                      setDeleting(false);
                      void deleteRun(properties.id).then(
                        () => navigate('/factory'),
                        (error: unknown) => setFailure(() => error),
                      );
                    }}
                  >
                    {t('factory.delete')}
                  </Button>
                </>
              }
            />
          </Page>
        )}
      </Show>
    </Show>
  );
}

/** Everything needed to repeat the run. */
function settingsJson(run: TrainingRun): string {
  const { name, modelId, sources, settings, rowsDigest } = run;
  return JSON.stringify({ name, modelId, sources, settings, rowsDigest }, null, 2);
}

function Pace(properties: { readonly run: TrainingRun }): JSX.Element {
  const pace = () => runPace(properties.run);
  return (
    <div class="grid gap-2">
      <Progress
        label={t('factory.progress', { step: pace().step, total: properties.run.totalSteps })}
        done={pace().step}
        total={properties.run.totalSteps}
        text={
          pace().step === 0
            ? undefined
            : `${t('factory.speed', { speed: formatNumber(Math.round(pace().tokensPerSecond)) })} · ${t(
                'factory.left',
                {
                  time: formatDuration(pace().millisecondsLeft),
                },
              )}`
        }
      />
      <div class="flex flex-wrap items-center gap-3">
        <Button icon="stop" onClick={cancelRun}>
          {t('factory.cancel')}
        </Button>
        <span class="text-sm text-muted">{t('factory.cancelHint')}</span>
      </div>
    </div>
  );
}

/** A run that another tab trains. */
function Elsewhere(properties: { readonly run: TrainingRun; readonly onTakeOver: () => void }): JSX.Element {
  const pace = () => runPace(properties.run);
  return (
    <div class="grid gap-3">
      <Progress
        label={t('factory.progress', { step: pace().step, total: properties.run.totalSteps })}
        done={pace().step}
        total={properties.run.totalSteps}
      />
      <Banner
        action={
          <Button size="small" onClick={properties.onTakeOver}>
            {t('factory.takeOver')}
          </Button>
        }
      >
        <RunState run={properties.run} live={undefined} elsewhere={runElsewhere()} />. {t('factory.elsewhere')}
      </Banner>
    </div>
  );
}

/** A run that no tab is training: done, stopped or failed. */
function Standstill(properties: { readonly run: TrainingRun; readonly onResume: () => void }): JSX.Element {
  const run = () => properties.run;
  const resumeLabel = (): string =>
    run().checkpointStep > 0 ? t('factory.resume', { step: run().checkpointStep }) : t('factory.resumeStart');
  return (
    <div class="grid gap-3">
      <p class="flex flex-wrap items-center gap-x-3">
        <RunState run={run()} live={undefined} elsewhere={undefined} />
        <Show
          when={run().status === 'trained'}
          fallback={
            <span class="tabular text-muted">
              {t('factory.stopped', { step: stepOf(run()), total: run().totalSteps })}
            </span>
          }
        >
          <span class="tabular text-muted">
            {t('factory.doneText', {
              steps: t('factory.steps', { count: stepOf(run()) }),
              rows: t('factory.rows', { count: run().rowCount }),
              time: formatDuration(run().milliseconds),
            })}
          </span>
        </Show>
      </p>
      <Show when={run().error}>
        {(error) => (
          <ErrorCard
            error={TributaryError.deserialize(error())}
            onAction={properties.onResume}
            actionLabel={resumeLabel()}
          />
        )}
      </Show>
      <Show when={run().status !== 'trained' && run().error === undefined}>
        <div class="flex flex-wrap items-center gap-3">
          <Button kind="primary" icon="play" disabled={liveRun() !== undefined} onClick={properties.onResume}>
            {resumeLabel()}
          </Button>
          <Show when={liveRun()}>
            {(live) => (
              <span class="text-sm text-muted">
                {t('factory.busyElsewhere')}{' '}
                <a href={`#/factory/runs/${live().run.id}`} class="text-accent underline">
                  {t('factory.toRun')}
                </a>
              </span>
            )}
          </Show>
        </div>
      </Show>
    </div>
  );
}
