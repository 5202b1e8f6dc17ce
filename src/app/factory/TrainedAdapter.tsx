// What came of a run: chat with it, base and adapter side by side, the attribution index, publishing.
import { createSignal, For, type JSX, onCleanup, Show } from 'solid-js';
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { type AdapterTerms, adapterData } from '../../workflows/adapters/adapterRecord.ts';
import type { AdapterPublishStep } from '../../workflows/adapters/publishTrainedAdapter.ts';
import { answerPrice } from '../../workflows/answers/answerPrice.ts';
import type { SampleAnswer } from '../../workflows/training/sampleAnswers.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { formatInput } from '../i18n/format.ts';
import { parsedValue, parseOpen } from '../i18n/parse.ts';
import { t } from '../i18n/t.ts';
import { findStoredAdapter } from '../state/adapters.ts';
import { hasPartialIndex, indexWork, startIndex, stopIndex } from '../state/attributionIndex.ts';
import { noteEngineFailure } from '../state/engine.ts';
import { createLive, createLoaded } from '../state/live.ts';
import { splitOf } from '../state/payments.ts';
import { peersView } from '../state/peers.ts';
import {
  announceAdapter,
  announceLeftAdapters,
  publishTrainedAdapter,
  registerAdapter,
} from '../state/publishTrainedAdapter.ts';
import { discover, hasChain } from '../state/settlement.ts';
import { currentSigner } from '../state/signer.ts';
import { liveRun, sampleAnswers } from '../state/training.ts';
import {
  AmountField,
  Banner,
  Button,
  ErrorCard,
  formatNumber,
  formatOpen,
  NumberField,
  Progress,
  Section,
  Select,
  Table,
  TextArea,
} from '../ui/index.ts';
import { WalletChoice } from '../wallet/WalletChoice.tsx';

const QUESTION_COUNT = 3;
/** OPEN per 1,000 tokens, and the trainer's part in percent: where the fields begin. */
const DEFAULT_PRICE = 0.5;
const DEFAULT_SHARE = 20;
/** The contracts allow no more. */
const MAX_SHARE = 50;
const MAX_DESCRIPTION = 500;
const TYPICAL_TOKENS = 40;
const adapterLicences = ['CC-BY-4.0', 'CC0-1.0', 'Apache-2.0'];

/** One thing at a time that can be stopped; its failure stands until the next try. */
function createTask(): {
  readonly busy: () => boolean;
  readonly failure: () => unknown;
  readonly run: (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly stop: () => void;
} {
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<unknown>();
  let abort = new AbortController();
  onCleanup(() => abort.abort());
  return {
    busy,
    failure,
    stop: () => abort.abort(),
    async run(work) {
      abort = new AbortController();
      setBusy(true);
      setFailure(undefined);
      try {
        await work(abort.signal);
      } catch (error) {
        noteEngineFailure(error);
        if (!isAbort(error) && !abort.signal.aborted) setFailure(() => error);
      } finally {
        setBusy(false);
      }
    },
  };
}

export function TrainedAdapter(properties: { readonly run: TrainingRun }): JSX.Element {
  const adapterId = (): string => properties.run.adapterId ?? '';
  const record = createLive(async () => (await findStoredAdapter(adapterId())) ?? null);
  const hasIndex = (): boolean => record()?.files.some((file) => file.name === 'index.cbor') ?? false;
  return (
    <>
      <Section
        title={t('factory.doneTitle')}
        actions={
          <a
            class="inline-flex min-h-10 items-center rounded-lg bg-accent px-4 font-medium text-on-accent hover:bg-accent-strong"
            href={`#/chat?adapter=${encodeURIComponent(adapterId())}`}
          >
            {t('factory.chat')}
          </a>
        }
      >
        <Answers run={properties.run} />
      </Section>
      <IndexSection run={properties.run} ready={hasIndex()} />
      <PublishSection run={properties.run} ready={hasIndex()} />
    </>
  );
}

function Answers(properties: { readonly run: TrainingRun }): JSX.Element {
  const [answers, setAnswers] = createSignal<readonly SampleAnswer[]>([]);
  const task = createTask();
  const start = (): void => {
    setAnswers([]);
    void task.run((signal) =>
      sampleAnswers({
        run: properties.run,
        count: QUESTION_COUNT,
        signal,
        onAnswer: (answer) => setAnswers((known) => [...known, answer]),
      }),
    );
  };
  return (
    <div class="grid gap-3">
      <h3 class="font-medium">{t('factory.answersTitle')}</h3>
      <p class="text-muted">{t('factory.answersLead')}</p>
      <Show when={answers().length > 0}>
        <Table
          caption={t('factory.answersTitle')}
          captionHidden
          rows={answers()}
          rowKey={({ prompt }) => prompt}
          columns={[
            { header: t('factory.answersQuestion'), class: 'min-w-36', cell: (answer) => answer().prompt },
            { header: t('factory.answersRow'), class: 'min-w-36', cell: (answer) => answer().response },
            { header: t('factory.answersBase'), class: 'min-w-36 text-muted', cell: (answer) => answer().base },
            { header: t('factory.answersAdapter'), class: 'min-w-36 font-medium', cell: (answer) => answer().adapter },
          ]}
        />
      </Show>
      <Show when={task.failure()}>{(error) => <ErrorCard error={error()} onAction={start} />}</Show>
      <Show
        when={task.busy()}
        fallback={
          <div>
            <Button disabled={liveRun() !== undefined} onClick={start}>
              {t('factory.answersAsk', { count: QUESTION_COUNT })}
            </Button>
          </div>
        }
      >
        <Progress
          label={t('factory.answersAsking')}
          done={answers().length}
          total={QUESTION_COUNT}
          onCancel={task.stop}
        />
      </Show>
    </div>
  );
}

function IndexSection(properties: { readonly run: TrainingRun; readonly ready: boolean }): JSX.Element {
  const mine = () => {
    const work = indexWork();
    return work?.runId === properties.run.id ? work : undefined;
  };
  const progress = () => {
    const work = mine();
    return work?.kind === 'busy' ? work.progress : undefined;
  };
  const failure = (): unknown => {
    const work = mine();
    return work?.kind === 'failed' ? work.error : undefined;
  };
  const partial = createLoaded(() => (progress() === undefined ? properties.run.id : undefined), hasPartialIndex);
  const start = (): void => startIndex(properties.run);
  return (
    <Section title={t('factory.indexTitle')} lead={t('factory.indexLead')}>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={start} />}</Show>
      <Show when={!properties.ready} fallback={<Banner kind="success">{t('factory.indexReady')}</Banner>}>
        <Show
          when={progress()}
          fallback={
            <div>
              <Button kind="primary" disabled={liveRun() !== undefined || indexWork()?.kind === 'busy'} onClick={start}>
                {t(partial.value() === true ? 'factory.indexResume' : 'factory.indexBuild')}
              </Button>
            </div>
          }
        >
          {(state) => (
            <Progress
              label={t(`factory.stage.${state().stage}`)}
              done={state().total === 0 ? undefined : state().done}
              total={state().total === 0 ? undefined : state().total}
              text={
                state().total === 0
                  ? undefined
                  : t('factory.indexProgress', { done: state().done, total: state().total })
              }
              onCancel={stopIndex}
            />
          )}
        </Show>
      </Show>
    </Section>
  );
}

function PublishSection(properties: { readonly run: TrainingRun; readonly ready: boolean }): JSX.Element {
  const record = createLive(async () => (await findStoredAdapter(properties.run.adapterId ?? '')) ?? null);
  const task = createTask();
  const [licence, setLicence] = createSignal(adapterLicences[0] ?? '');
  const [description, setDescription] = createSignal('');
  const [priceText, setPriceText] = createSignal(formatInput(DEFAULT_PRICE));
  const [share, setShare] = createSignal(DEFAULT_SHARE);
  const price = (): bigint | undefined => parsedValue(parseOpen(priceText()));
  const shareValid = (): boolean => share() >= 0 && share() <= MAX_SHARE;
  const terms = (): AdapterTerms | undefined => {
    const asked = hasChain() ? price() : 0n;
    if (asked === undefined || asked < 0n || !shareValid()) return undefined;
    return { price: asked.toString(), ownerBps: Math.round(share() * 100) };
  };
  const [step, setStep] = createSignal<AdapterPublishStep>('files');
  const [rejected, setRejected] = createSignal(false);
  void discover().catch((error: unknown) => {
    // Locked keys are a state; the choice of a wallet shows the way to unlock them.
    if (toTributaryError(error).code !== 'KEYS_LOCKED') void task.run(() => Promise.reject(error));
  });
  // A node that does not start is said where it is shown.
  void announceLeftAdapters().catch(() => undefined);
  const queued = (): boolean => peersView().pending.some(({ cid }) => cid === record()?.manifestCid);
  const publish = (): void => {
    const signer = currentSigner();
    const chosen = terms();
    if (signer === undefined || chosen === undefined) return;
    setRejected(false);
    void task.run(async () => {
      try {
        const { run } = properties;
        await publishTrainedAdapter({
          name: run.name,
          licence: licence(),
          description: description().trim(),
          terms: chosen,
          run,
          signer,
          onStep: setStep,
        });
      } catch (error) {
        if (toTributaryError(error).code !== 'WALLET_REJECTED') throw error;
        setRejected(true);
      }
    });
  };
  const register = (): void => {
    const signer = currentSigner();
    const current = record();
    if (signer === undefined || current === undefined || current === null) return;
    setStep('register');
    void task.run(async () => void (await registerAdapter({ record: current, run: properties.run, author: signer })));
  };
  const announce = (): void => {
    const current = record();
    if (current === undefined || current === null) return;
    setStep('announce');
    void task.run(async () => void (await announceAdapter(current)));
  };
  const facts = (): readonly (readonly [string, string])[] => {
    const current = record();
    if (current?.manifestCid === undefined) return [];
    const { transaction } = adapterData(current);
    return [
      [t('factory.manifest'), current.manifestCid],
      ...(transaction === undefined ? [] : [[t('ui.transaction'), transaction] as const]),
    ];
  };
  const onChain = (): AdapterTerms | undefined => {
    const data = adapterData(record() ?? {});
    return isRegistered() ? data.terms : undefined;
  };
  /** Records of earlier versions name the transaction alone. */
  const isRegistered = (): boolean => {
    const { registered, transaction } = adapterData(record() ?? {});
    return registered === true || transaction !== undefined;
  };
  const needsRegistering = (): boolean =>
    hasChain() && !isRegistered() && adapterData(record() ?? {}).registerError === undefined;
  return (
    <Section title={t('factory.publishTitle')} lead={t('factory.publishLead')}>
      <Show when={task.failure()}>{(error) => <ErrorCard error={error()} onAction={publish} />}</Show>
      <Show when={rejected()}>
        <Banner>{t('factory.notSigned')}</Banner>
      </Show>
      <Show when={task.busy()}>
        <Progress label={t(`factory.publishStep.${step()}`)} />
      </Show>
      <Show
        when={record()?.manifestCid}
        fallback={
          <Show when={properties.ready} fallback={<p class="text-muted">{t('factory.publishNoIndex')}</p>}>
            <Show when={currentSigner()} fallback={<WalletChoice />}>
              <TextArea
                label={t('factory.publishDescription')}
                hint={t('factory.publishDescriptionHint')}
                rows={2}
                maxlength={MAX_DESCRIPTION}
                value={description()}
                onInput={(event) => setDescription(event.currentTarget.value)}
              />
              <Show when={hasChain()}>
                <div class="grid gap-3 sm:grid-cols-2">
                  <AmountField
                    label={t('factory.publishPrice')}
                    hint={t('factory.publishPriceHint')}
                    text={priceText()}
                    onText={setPriceText}
                  />
                  <NumberField
                    label={t('factory.publishShare')}
                    hint={t('factory.publishShareHint', { most: MAX_SHARE })}
                    error={shareValid() ? undefined : t('factory.publishShareBad', { most: MAX_SHARE })}
                    value={share()}
                    onNumber={setShare}
                  />
                </div>
                <Show when={terms()}>{(chosen) => <TermsEffect terms={chosen()} />}</Show>
              </Show>
              <div class="flex flex-wrap items-end gap-3">
                <Select
                  class="w-48"
                  label={t('factory.publishLicence')}
                  options={adapterLicences.map((value) => ({ value, label: value }))}
                  value={licence()}
                  onChange={setLicence}
                />
                <Button kind="primary" busy={task.busy()} disabled={terms() === undefined} onClick={publish}>
                  {t('factory.publish')}
                </Button>
              </div>
            </Show>
          </Show>
        }
      >
        <Banner kind={queued() ? 'warning' : 'success'}>
          {queued() ? t('factory.publishedQueued') : t('factory.published')}
          {isRegistered() ? ` ${t('factory.publishedChain')}` : ''}
        </Banner>
        <Show when={onChain()}>
          {(chosen) => (
            <p>
              {t('factory.termsOnChain', {
                price: formatOpen(BigInt(chosen().price), 6, 'up'),
                share: formatNumber(chosen().ownerBps / 100),
              })}
            </p>
          )}
        </Show>
        <Show when={needsRegistering() && !task.busy()}>
          <Show when={currentSigner()} fallback={<WalletChoice />}>
            <Banner
              kind="warning"
              action={
                <Button size="small" onClick={register}>
                  {t('factory.registerAgain')}
                </Button>
              }
            >
              {t('factory.registerMissing')}
            </Banner>
          </Show>
        </Show>
        <Show when={adapterData(record() ?? {}).announceError}>
          {(error) => <ErrorCard error={TributaryError.deserialize(error())} onAction={announce} />}
        </Show>
        <Show when={adapterData(record() ?? {}).registerError}>
          {(error) => (
            <div class="grid gap-2">
              <p class="font-medium">{t('factory.registerFailed')}</p>
              <ErrorCard
                error={TributaryError.deserialize(error())}
                onAction={register}
                actionLabel={t('factory.registerAgain')}
              />
            </div>
          )}
        </Show>
        <dl class="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)]">
          <For each={facts()}>
            {([name, value]) => (
              <>
                <dt class="text-muted">{name}</dt>
                <dd class="font-mono text-sm wrap-anywhere">{value}</dd>
              </>
            )}
          </For>
        </dl>
      </Show>
    </Section>
  );
}

/** What the chosen terms mean for one answer, by the contract's own split. */
function TermsEffect(properties: { readonly terms: AdapterTerms }): JSX.Element {
  const price = (): bigint => answerPrice({ price: BigInt(properties.terms.price), tokens: TYPICAL_TOKENS });
  const split = createLoaded(
    () => (price() === 0n ? undefined : { total: price(), ownerBps: properties.terms.ownerBps }),
    ({ total, ownerBps }) => splitOf(total, ownerBps),
  );
  return (
    <p class="text-sm" role="status">
      <Show when={price() > 0n} fallback={t('factory.publishEffectFree')}>
        <Show when={split.value()}>
          {(parts) => (
            <>
              {t('factory.publishEffect', {
                tokens: TYPICAL_TOKENS,
                price: formatOpen(price(), 6, 'up'),
                owner: formatOpen(parts().owner, 6),
                contributors: formatOpen(parts().contributors, 6),
                fees: formatOpen(parts().protocol + parts().attestors + parts().collector, 6),
              })}
            </>
          )}
        </Show>
      </Show>
    </p>
  );
}
