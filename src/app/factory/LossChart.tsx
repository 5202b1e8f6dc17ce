// The loss over the whole run: a chart (uPlot, loaded when it is first needed), a sentence for everyone who does not see
// it, and the numbers as a table. The sentence changes at most every ten seconds.
import { createEffect, createMemo, createSignal, type JSX, on, onCleanup, onMount, Show } from 'solid-js';
import type uPlot from 'uplot';
import { lossSummary, smoothed } from '../../workflows/training/lossSummary.ts';
import type { LossPoint } from '../../workflows/training/trainingRun.ts';
import { t } from '../i18n/t.ts';
import { formatDecimals, formatNumber, Table } from '../ui/index.ts';

const HEIGHT = 240;
const SENTENCE_INTERVAL = 10_000;
const TABLE_ROWS = 50;

/** A short run has few steps to smooth over. */
function columns(points: readonly LossPoint[], totalSteps: number): [number[], number[], number[]] {
  const losses = points.map(([, loss]) => loss);
  return [points.map(([step]) => step), losses, [...smoothed(losses, totalSteps < 100 ? 0.6 : 0.9)]];
}

export function LossChart(properties: {
  readonly losses: readonly LossPoint[];
  readonly totalSteps: number;
}): JSX.Element {
  let host!: HTMLDivElement;
  let chart: uPlot | undefined;
  let disposed = false;
  const [sentence, setSentence] = createSignal('');
  let saidAt = 0;

  const draw = async (): Promise<void> => {
    const [{ default: Plot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    if (disposed || chart !== undefined) return;
    const style = getComputedStyle(host);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--muted'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { stroke: color('--line'), width: 1 },
      font: `12px ${style.fontFamily}`,
    };
    chart = new Plot(
      {
        width: host.clientWidth,
        height: HEIGHT,
        scales: { x: { time: false } },
        cursor: { drag: { x: true, y: false } },
        legend: { live: true },
        axes: [axis, { ...axis, size: 56 }],
        series: [
          { label: t('factory.lossStep') },
          { label: t('factory.lossValue'), stroke: color('--share-4'), width: 1, points: { show: false } },
          { label: t('factory.lossSmoothed'), stroke: color('--accent'), width: 2, points: { show: false } },
        ],
      },
      columns(properties.losses, properties.totalSteps),
      host,
    );
  };

  onMount(() => {
    void draw();
    const resized = new ResizeObserver(() => chart?.setSize({ width: host.clientWidth, height: HEIGHT }));
    resized.observe(host);
    // Canvas colours do not follow the theme by themselves.
    const themed = new MutationObserver(() => {
      chart?.destroy();
      chart = undefined;
      void draw();
    });
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    onCleanup(() => {
      disposed = true;
      resized.disconnect();
      themed.disconnect();
      chart?.destroy();
    });
  });

  createEffect(
    on(
      () => properties.losses,
      (losses) => {
        chart?.setData(columns(losses, properties.totalSteps));
        const summary = lossSummary(losses);
        const now = Date.now();
        if (summary === undefined || (now - saidAt < SENTENCE_INTERVAL && summary.step < properties.totalSteps)) return;
        saidAt = now;
        setSentence(
          t('factory.lossSummary', {
            step: summary.step,
            total: properties.totalSteps,
            loss: formatDecimals(summary.current, 2),
            first: formatDecimals(summary.first, 2),
            trend: t(`factory.trend.${summary.trend}`),
          }),
        );
      },
    ),
  );

  /** At most fifty lines, evenly spread, the last one always there. */
  const shown = createMemo(() => {
    const every = Math.max(1, Math.ceil(properties.losses.length / TABLE_ROWS));
    return properties.losses.filter((_, index) => index % every === 0 || index === properties.losses.length - 1);
  });

  return (
    <figure class="grid gap-3" aria-label={t('factory.chart')}>
      <div ref={host} aria-hidden="true" class="min-h-60 min-w-0 overflow-hidden" />
      <figcaption class="text-sm text-muted" aria-live="polite">
        {sentence() === '' ? t('factory.lossNone') : sentence()}
      </figcaption>
      <Show when={properties.losses.length > 0}>
        <details>
          <summary class="text-sm font-medium text-accent">{t('factory.lossTable')}</summary>
          <div class="mt-2 max-h-72 overflow-y-auto">
            <Table
              caption={t('factory.chart')}
              captionHidden
              rows={shown()}
              rowKey={([step]) => step}
              columns={[
                { header: t('factory.lossStep'), numeric: true, cell: (point) => formatNumber(point()[0]) },
                { header: t('factory.lossValue'), numeric: true, cell: (point) => formatDecimals(point()[1], 4) },
              ]}
            />
          </div>
        </details>
      </Show>
    </figure>
  );
}
