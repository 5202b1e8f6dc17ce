// How well a model, as it is packed here, predicts a text of the user's: its perplexity, and beside it that of the unquantised
// original when its files are at hand. The text stays in this browser.
import { createSignal, type JSX, Match, onCleanup, Show, Switch } from 'solid-js';
import type { QualityProgress, QualityReport as Report } from '../../engine/index.ts';
import { isAbort } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import { engine, ensureModel } from '../state/engine.ts';
import type { LibraryModel } from '../state/models/types.ts';
import { Button, ErrorCard, formatBytes, formatDecimals, formatNumber, Progress, TextArea } from '../ui/index.ts';
import { FilesButton } from './FilesButton.tsx';

/** Lives as long as the page, so that closing the dialog does not lose a pasted text. */
const [text, setText] = createSignal('');

const perplexity = (value: number): string => formatDecimals(value, 2);
const percent = (share: number): string => `${formatDecimals(100 * share, 1)} %`;

function Figures(properties: { readonly report: Report }): JSX.Element {
  return (
    <div class="grid gap-3">
      <p class="font-medium">
        {t('models.qualityMeans', { count: Math.round(properties.report.perplexity) })}{' '}
        <Show when={properties.report.reference}>
          {(reference) => t('models.qualityCost', { share: percent(reference().difference / reference().perplexity) })}
        </Show>
      </p>
      <dl class="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr]">
        <dt class="text-muted">{t('models.qualityPerplexity')}</dt>
        <dd class="tabular font-medium">{perplexity(properties.report.perplexity)}</dd>
        <Show when={properties.report.reference}>
          {(reference) => (
            <>
              <dt class="text-muted">{t('models.qualityOriginal')}</dt>
              <dd class="tabular">{perplexity(reference().perplexity)}</dd>
              <dt class="text-muted">{t('models.qualityDifference')}</dt>
              <dd class="tabular">
                {reference().difference >= 0 ? '+' : '−'}
                {perplexity(Math.abs(reference().difference))}
              </dd>
              <dt class="text-muted">{t('models.qualityAgreement')}</dt>
              <dd class="tabular">{percent(reference().agreement)}</dd>
            </>
          )}
        </Show>
        <dt class="text-muted">{t('models.qualityTokens')}</dt>
        <dd class="tabular">{formatNumber(properties.report.tokens)}</dd>
      </dl>
    </div>
  );
}

export function QualityReport(properties: { readonly model: LibraryModel }): JSX.Element {
  const [original, setOriginal] = createSignal<readonly File[]>([]);
  const [progress, setProgress] = createSignal<
    Omit<QualityProgress, 'phase'> & { readonly phase: QualityProgress['phase'] | 'loading' }
  >();
  const [report, setReport] = createSignal<Report>();
  const [failure, setFailure] = createSignal<unknown>();
  let abort: AbortController | undefined;
  let outcome!: HTMLDivElement;
  onCleanup(() => abort?.abort());

  const measure = async (): Promise<void> => {
    abort = new AbortController();
    const { signal } = abort;
    setFailure(undefined);
    setReport(undefined);
    // The focused button is removed meanwhile.
    outcome.focus();
    setProgress({ phase: 'loading', done: 0, total: 0 });
    try {
      await ensureModel(properties.model.id, signal);
      const files = original().map((file) => ({ name: file.name, blob: file }));
      const request = { text: text(), ...(files.length === 0 ? {} : { reference: { files } }) };
      setReport(await engine().measureQuality(request, { signal, onProgress: setProgress }));
    } catch (error) {
      if (!isAbort(error)) setFailure(() => error);
    } finally {
      setProgress(undefined);
    }
  };

  return (
    <div class="grid gap-4">
      <p class="text-muted">{t('models.qualityLead')}</p>
      <TextArea
        label={t('models.qualityText')}
        hint={t('models.qualityTextHint')}
        rows={6}
        value={text()}
        disabled={progress() !== undefined}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="flex flex-wrap items-center gap-3">
        <FilesButton label={t('models.qualityCompare')} onFiles={setOriginal} />
        <span class="text-sm text-muted">
          {original().length === 0
            ? t('models.qualityCompareHint')
            : t('models.qualityCompareFiles', {
                count: original().length,
                amount: formatBytes(original().reduce((sum, file) => sum + file.size, 0)),
              })}
        </span>
      </div>
      <div ref={outcome} tabindex="-1" class="grid gap-4 outline-none">
        <Switch
          fallback={
            <div>
              <Button kind="primary" disabled={text().trim() === ''} onClick={() => void measure()}>
                {t('models.qualityRun')}
              </Button>
            </div>
          }
        >
          <Match when={progress()}>
            {(current) => (
              <Progress
                label={t(`models.qualityPhase.${current().phase}`)}
                done={current().total === 0 ? undefined : current().done}
                total={current().total === 0 ? undefined : current().total}
                onCancel={() => abort?.abort()}
              />
            )}
          </Match>
        </Switch>
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void measure()} />}</Show>
        <div role="status">
          <Show when={report()}>{(found) => <Figures report={found()} />}</Show>
        </div>
      </div>
    </div>
  );
}
