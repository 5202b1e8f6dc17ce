// A run before it starts: base, what it learns from, how thoroughly, who will share its fees, how long it takes here.
import { useNavigate, useSearchParams } from '@solidjs/router';
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  type JSX,
  Match,
  on,
  onCleanup,
  onMount,
  Show,
  Switch,
} from 'solid-js';
import { isAbort } from '../../lib/errors.ts';
import { estimateRun, type StepMeasurement } from '../../workflows/training/estimateRun.ts';
import type { PreparationStage, PreparedTraining } from '../../workflows/training/prepareTraining.ts';
import { stepCount } from '../../workflows/training/trainingSettings.ts';
import { t } from '../i18n/t.ts';
import { followContributions } from '../state/contributions.ts';
import { listDatanets } from '../state/datanets.ts';
import { readDraft, writeDraft } from '../state/drafts.ts';
import { engineState, noteEngineFailure } from '../state/engine.ts';
import { createLive } from '../state/live.ts';
import { availableModels } from '../state/models/availableModels.ts';
import { peers, peersView } from '../state/peers.ts';
import { createTabLock } from '../state/tabLock.ts';
import { createRun, liveRun, measureStep, prepareTraining } from '../state/training.ts';
import {
  Banner,
  Button,
  EmptyState,
  ErrorCard,
  Field,
  formatBytes,
  formatDuration,
  formatNumber,
  OpenElsewhere,
  Page,
  Progress,
  Section,
  Select,
} from '../ui/index.ts';
import { newRunDraft, type RunDraft, runGaps, sourceOptions, withHiddenSize } from './runDraft.ts';
import { SettingsForm } from './SettingsForm.tsx';
import { SourceChoice } from './SourceChoice.tsx';

const DRAFT_KEY = 'factory-run';

/** One tab prepares it. What it has is stored at every change. */
const draftLock = createTabLock('run-draft', async () => undefined);

export function NewRun(): JSX.Element {
  draftLock.start();
  return (
    <Switch>
      <Match when={draftLock.holder() === 'here'}>
        <OwnNewRun />
      </Match>
      <Match when={draftLock.holder() === 'elsewhere'}>
        <Page title={t('factory.newTitle')} lead={t('factory.newLead')}>
          <OpenElsewhere text={t('factory.draftElsewhere')} onTakeOver={draftLock.takeOver} />
        </Page>
      </Match>
    </Switch>
  );
}

function OwnNewRun(): JSX.Element {
  const navigate = useNavigate();
  const [search] = useSearchParams<{ datanet?: string }>();
  const datanets = createLive(listDatanets);
  const [draft, setDraft] = createSignal<RunDraft>();
  const [prepared, setPrepared] = createSignal<PreparedTraining>();
  const [measured, setMeasured] = createSignal<StepMeasurement>();
  const [stage, setStage] = createSignal<PreparationStage | 'measure'>();
  const [failure, setFailure] = createSignal<unknown>();
  const [tried, setTried] = createSignal(false);
  const [starting, setStarting] = createSignal(false);
  let abort: AbortController | undefined;
  onCleanup(() => abort?.abort());
  const follow = (start: () => Promise<unknown>): void =>
    void start().catch((error: unknown) => setFailure(() => error));
  onMount(() => follow(followContributions));

  const options = createMemo(() => datanets()?.flatMap(sourceOptions) ?? []);
  const sources = createMemo(() => options().filter((option) => draft()?.chosen.includes(option.key)));

  // The draft of the last visit, or a new one once the Datanets are known; an address that names a Datanet starts a new draft.
  createEffect(
    on(datanets, (known) => {
      if (known === undefined || draft() !== undefined) return;
      const asked = known.find((entry) => entry.id === search.datanet);
      const modelId = availableModels()[0]?.id ?? '';
      void readDraft<RunDraft>(DRAFT_KEY).then((last) => {
        if (draft() !== undefined) return;
        const usable = availableModels().some((model) => model.id === last?.modelId);
        setDraft(asked === undefined && usable ? last : newRunDraft(modelId, asked ?? known[0]));
      });
    }),
  );

  const change = (update: (draft: RunDraft) => RunDraft): void => {
    const before = draft();
    if (before === undefined) return;
    const next = update(before);
    setDraft(next);
    const sameRows =
      next.modelId === before.modelId && next.chosen === before.chosen && next.settings.seed === before.settings.seed;
    if (!sameRows) setPrepared(undefined);
    // A step's time depends on its size; the number of steps only multiplies it.
    if (
      !sameRows ||
      next.settings.batchSize !== before.settings.batchSize ||
      next.settings.rank !== before.settings.rank
    ) {
      setMeasured(undefined);
    }
    writeDraft(DRAFT_KEY, next).catch((error: unknown) => setFailure(() => error));
  };

  const gaps = () => {
    const current = draft();
    return current === undefined ? [] : runGaps(current, sources());
  };

  /** Rows and tokens; with `time`, a measured step as well. Undefined when it was cancelled or failed. */
  const prepare = async (time: boolean): Promise<PreparedTraining | undefined> => {
    const current = draft();
    setTried(true);
    if (current === undefined || gaps().length > 0) return undefined;
    abort?.abort();
    const mine = new AbortController();
    abort = mine;
    setFailure(undefined);
    try {
      const subject = { modelId: current.modelId, sources: sources(), seed: current.settings.seed };
      const result = await prepareTraining(subject, { signal: mine.signal, onStage: setStage });
      const fitted = withHiddenSize(current, result.summary.hiddenSize);
      if (fitted !== current) change(() => fitted);
      setPrepared(result);
      if (time) {
        setStage('measure');
        setMeasured(await measureStep(result, fitted.settings, mine.signal));
      }
      return result;
    } catch (error) {
      noteEngineFailure(error);
      if (!isAbort(error) && !mine.signal.aborted) setFailure(() => error);
      return undefined;
    } finally {
      if (abort === mine) setStage(undefined);
    }
  };

  const start = async (): Promise<void> => {
    // Pressed once more while it is recorded, it would be recorded twice.
    if (starting()) return;
    setStarting(true);
    try {
      const result = await prepare(false);
      const current = draft();
      if (result === undefined || current === undefined) return;
      const run = await createRun(
        {
          name: current.name.trim(),
          modelId: current.modelId,
          sources: sources().map(({ datanetId, source, rowCount }) => ({ datanetId, source, rowCount })),
          settings: current.settings,
          prepared: result,
        },
        [DRAFT_KEY],
      );
      // The page of the run starts it, as it would after a reload.
      navigate(`/factory/runs/${run.id}`);
    } catch (error) {
      setFailure(() => error);
    } finally {
      setStarting(false);
    }
  };
  const isBusy = (): boolean => stage() !== undefined || starting() || liveRun() !== undefined;

  return (
    <Page title={t('factory.newTitle')} lead={t('factory.newLead')}>
      <Show
        when={availableModels().length > 0}
        fallback={
          <EmptyState icon="factory" title={t('factory.baseNone')}>
            {t('factory.baseNoneText')}
          </EmptyState>
        }
      >
        <Show when={draft()}>
          {(current) => (
            <>
              <div class="grid items-start gap-4 sm:grid-cols-2">
                <Field
                  label={t('factory.name')}
                  hint={t('factory.nameHint')}
                  maxLength={80}
                  value={current().name}
                  error={tried() && gaps().includes('name') ? t('factory.nameMissing') : undefined}
                  onInput={(event) => {
                    const name = event.currentTarget.value;
                    change((before) => ({ ...before, name }));
                  }}
                />
                <Select
                  label={t('factory.base')}
                  hint={availableModels().find((model) => model.id === current().modelId)?.description}
                  options={availableModels().map((model) => ({ value: model.id, label: model.name }))}
                  value={current().modelId}
                  onChange={(modelId) => change((before) => ({ ...before, modelId }))}
                />
              </div>
              <SourceChoice
                datanets={datanets() ?? []}
                chosen={current().chosen}
                error={tried() && gaps().includes('sources') ? t('factory.sourcesNone') : undefined}
                onChange={(chosen) => change((before) => ({ ...before, chosen }))}
              />
              <Show when={peersView().status === 'idle'}>
                <div class="flex flex-wrap items-center justify-between gap-3">
                  <p class="text-muted">{t('factory.sourcesIdle')}</p>
                  <Button size="small" icon="play" onClick={() => follow(peers)}>
                    {t('ui.connectPeers')}
                  </Button>
                </div>
              </Show>
              <SettingsForm
                settings={current().settings}
                hiddenSize={current().hiddenSize}
                onChange={(settings) => change((before) => ({ ...before, settings }))}
              />
              <Section title={t('factory.lineageTitle')}>
                <Show when={prepared()} fallback={<p class="text-muted">{t('factory.prepareHint')}</p>}>
                  {(result) => <Lineage prepared={result()} draft={current()} measured={measured()} />}
                </Show>
                <Show when={stage()}>
                  {(name) => (
                    <Progress
                      label={t(`factory.stage.${name()}`)}
                      {...modelProgress(name())}
                      onCancel={() => abort?.abort()}
                    />
                  )}
                </Show>
                <Show when={failure()}>
                  {(error) => <ErrorCard error={error()} onAction={() => void prepare(true)} />}
                </Show>
                <Show when={liveRun()}>
                  {(live) => (
                    <Banner
                      action={
                        <a href={`#/factory/runs/${live().run.id}`} class="font-medium text-accent underline">
                          {t('factory.toRun')}
                        </a>
                      }
                    >
                      {t('factory.busyElsewhere')}
                    </Banner>
                  )}
                </Show>
                <div class="flex flex-wrap gap-2">
                  <Button
                    kind={measured() === undefined ? 'secondary' : 'quiet'}
                    disabled={isBusy()}
                    onClick={() => void prepare(true)}
                  >
                    {t(measured() === undefined ? 'factory.prepare' : 'factory.prepareAgain')}
                  </Button>
                  <Button kind="primary" icon="play" disabled={isBusy()} onClick={() => void start()}>
                    {t(measured() === undefined ? 'factory.startUntimed' : 'factory.start')}
                  </Button>
                </div>
              </Section>
            </>
          )}
        </Show>
      </Show>
    </Page>
  );
}

/** The base's download as a figure, while that is what is waited for. */
export function modelProgress(stage: string): { done?: number; total?: number; text?: string } {
  const state = engineState();
  if (stage !== 'model' || !('doneBytes' in state) || state.doneBytes === undefined || state.totalBytes === undefined)
    return {};
  return {
    done: state.doneBytes,
    total: state.totalBytes,
    text: t('ui.of', { done: formatBytes(state.doneBytes), total: formatBytes(state.totalBytes) }),
  };
}

function Lineage(properties: {
  readonly prepared: PreparedTraining;
  readonly draft: RunDraft;
  readonly measured: StepMeasurement | undefined;
}): JSX.Element {
  const contributors = (): number => new Set(properties.prepared.trained.map((row) => row.account)).size;
  const lengths = createMemo(() => properties.prepared.encoded.map((row) => row.inputIds.length - row.promptLength));
  const steps = (): string =>
    t('factory.steps', { count: stepCount(properties.draft.settings, properties.prepared.encoded.length) });
  const facts = (): readonly string[] => [
    t('factory.lineage', {
      rows: t('factory.rows', { count: properties.prepared.trained.length }),
      contributors: t('factory.contributors', { count: contributors() }),
    }),
    ...(properties.prepared.placebo.length === 0
      ? []
      : [t('factory.lineageHeld', { count: properties.prepared.placebo.length })]),
    ...(properties.prepared.duplicates === 0
      ? []
      : [t('factory.lineageDuplicates', { count: properties.prepared.duplicates })]),
  ];
  const time = (): string => {
    const { measured } = properties;
    if (measured === undefined) return t('factory.estimateNot', { steps: steps() });
    const estimate = estimateRun(properties.draft.settings, lengths(), measured);
    return t('factory.estimate', {
      time: formatDuration(estimate.milliseconds),
      steps: steps(),
      speed: formatNumber(Math.round((1000 * measured.tokens) / Math.max(1, measured.milliseconds))),
    });
  };
  return (
    <div class="grid gap-2">
      <For each={facts()}>{(fact) => <p>{fact}</p>}</For>
      <p class="font-medium" role="status">
        {time()}
      </p>
    </div>
  );
}
