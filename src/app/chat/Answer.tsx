// One answer: its text (beside the base model's, when compared), its state, its speed, a summary of what shaped it.
import { createMemo, For, type JSX, Match, Show, Switch } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import type { MessageRecord } from '../../store/index.ts';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { t } from '../i18n/t.ts';
import { engineState } from '../state/engine.ts';
import {
  Button,
  CopyButton,
  ErrorCard,
  formatDuration,
  formatNumber,
  formatPpm,
  IconButton,
  lazyPart,
  ShareBar,
} from '../ui/index.ts';
import { evidenceShares, evidenceSummary } from './influence.ts';
import { influencePhaseText } from './influencePhaseText.ts';
import { influenceJob } from './influenceState.ts';
import type { SpanLink } from './MarkdownText.tsx';
import { failures, isOwnAnswer, type Writing } from './writing.ts';

// Markdown's parser and sanitiser weigh as much as the rest of the room, and an empty chat has nothing to render.
const AnswerText = lazyPart(async () => (await import('./MarkdownText.tsx')).AnswerText, PlainText);
const StreamingText = lazyPart(async () => (await import('./MarkdownText.tsx')).StreamingText, PlainText);

/** The paragraphs as they are written: about as high as they will be. */
function PlainText(properties: { readonly text: string }): JSX.Element {
  return (
    <div class="prose">
      <For each={properties.text.split(/\n{2,}/).filter((paragraph) => paragraph !== '')}>
        {(paragraph) => (
          <p dir="auto" class="whitespace-pre-line">
            {paragraph}
          </p>
        )}
      </For>
    </div>
  );
}

export interface AnswerProperties {
  readonly message: MessageRecord;
  /** Set while this answer is being generated. */
  readonly writing: Writing | undefined;
  readonly adapterName: string | undefined;
  readonly modelName: string;
  readonly last: boolean;
  readonly selectedSpan: number | undefined;
  readonly onSelectSpan: (span: number | undefined) => void;
  readonly onInfluence: () => void;
  readonly onRegenerate: () => void;
  /** Confirms that the adapter is wanted although it was trained for another model, and asks again. */
  readonly onAcceptBase: () => void;
}

function writingLabel(writing: Writing): string {
  switch (writing.phase) {
    case 'loading':
      return t('chat.phaseAdapter');
    case 'prompt':
      return t('chat.phasePrompt');
    case 'writing':
      return t('chat.phaseWriting');
    case 'base':
      return t('chat.phaseBase');
  }
}

export function Answer(properties: AnswerProperties): JSX.Element {
  const influence = (): StoredInfluence | undefined => properties.message.influence as StoredInfluence | undefined;
  const spans = createMemo((): readonly SpanLink[] => {
    const found = influence();
    if (found === undefined) return [];
    return found.attribution.spans.map((span, index) => ({
      index,
      text: found.spanTexts[index] ?? '',
      rowCount: span.rows.length,
    }));
  });
  const shares = createMemo(() => {
    const found = influence();
    return found === undefined ? undefined : evidenceShares(found, t('chat.otherRows'));
  });
  const failure = (): unknown => failures().get(properties.message.id);
  const compared = (): boolean => properties.message.baseContent !== undefined || properties.writing?.phase === 'base';
  const job = () => (influenceJob()?.messageId === properties.message.id ? influenceJob() : undefined);
  const speed = (): string | undefined => {
    const usage = properties.message.usage;
    if (usage === undefined || usage.decodeMilliseconds <= 0) return undefined;
    const perSecond = (usage.completionTokens / usage.decodeMilliseconds) * 1000;
    return [
      t('chat.speed', { speed: formatNumber(perSecond) }),
      t('chat.tokens', { count: usage.completionTokens }),
      formatDuration(usage.prefillMilliseconds + usage.decodeMilliseconds),
    ].join(' · ');
  };
  return (
    <article
      class="grid grid-cols-1 gap-3"
      aria-label={t('chat.answerOf', { name: properties.adapterName ?? properties.modelName })}
    >
      <div class={compared() ? 'grid grid-cols-1 gap-3 lg:grid-cols-2' : 'grid grid-cols-1'}>
        <div class={compared() ? 'rounded-2xl border-2 border-accent bg-surface p-4' : 'text-[1.0625rem] leading-7'}>
          <Show when={compared()}>
            <p class="mb-2 text-sm font-semibold text-accent-strong">
              {t('chat.withAdapter', { adapter: properties.adapterName ?? '' })}
            </p>
          </Show>
          <Show
            when={properties.writing}
            fallback={
              <AnswerText
                text={properties.message.content}
                spans={spans()}
                selected={properties.selectedSpan}
                onSelect={properties.onSelectSpan}
              />
            }
          >
            {(writing) => <StreamingText text={writing().text} />}
          </Show>
        </div>
        <Show when={compared()}>
          <div class="rounded-2xl border border-line bg-surface p-4">
            <p class="mb-2 text-sm font-semibold text-muted">{t('chat.baseAlone')}</p>
            <Show
              when={properties.writing}
              fallback={
                <AnswerText
                  text={properties.message.baseContent ?? ''}
                  spans={[]}
                  selected={undefined}
                  onSelect={() => undefined}
                />
              }
            >
              {(writing) => <StreamingText text={writing().baseText} />}
            </Show>
          </div>
        </Show>
      </div>

      <Show when={properties.writing}>
        {(writing) => (
          <p class="flex items-center gap-2 text-sm text-muted">
            <span class="size-2 animate-pulse rounded-full bg-accent" aria-hidden="true" />
            {writingLabel(writing())}
            <Show when={writing().tokens > 0}>
              <span class="tabular">· {t('chat.tokens', { count: writing().tokens })}</span>
            </Show>
          </p>
        )}
      </Show>

      <Show when={properties.writing === undefined}>
        <Switch>
          {/* EngineStatus says above the question's field why there is no answer, and what to do. */}
          <Match when={failure() !== undefined && engineState().phase === 'failed'}>
            <p class="text-sm text-muted">{t('chat.notAnswered')}</p>
          </Match>
          <Match when={failure()}>
            {(error) => (
              <ErrorCard error={error()} onAction={properties.onRegenerate}>
                <Show when={toTributaryError(error()).code === 'ADAPTER_BASE_DIFFERENT'}>
                  <Button size="small" onClick={() => properties.onAcceptBase()}>
                    {t('chat.useOtherBase')}
                  </Button>
                </Show>
              </ErrorCard>
            )}
          </Match>
          <Match when={properties.message.state === 'stopped'}>
            <p class="text-sm text-muted">{t('chat.stopped')}</p>
          </Match>
          <Match when={properties.message.state === 'interrupted'}>
            <p class="text-sm text-muted">{t('chat.interrupted')}</p>
          </Match>
          <Match when={properties.message.state === 'failed'}>
            <p class="text-sm text-muted">{t('chat.failed')}</p>
          </Match>
          <Match when={properties.message.state === 'streaming' && !isOwnAnswer(properties.message.id)}>
            <p class="text-sm text-muted">{t('chat.elsewhere')}</p>
          </Match>
          <Match when={properties.message.cut}>
            <p class="text-sm text-muted">
              {t('chat.cut', { tokens: t('chat.tokens', { count: properties.message.usage?.completionTokens ?? 0 }) })}
            </p>
          </Match>
        </Switch>

        <Show when={job()}>
          {(running) => (
            <button
              type="button"
              class="flex min-h-8 items-center gap-2 text-start text-sm text-muted hover:text-text"
              onClick={() => properties.onInfluence()}
            >
              <span class="size-2 animate-pulse rounded-full bg-accent" aria-hidden="true" />
              {influencePhaseText(running().phase)}
            </button>
          )}
        </Show>
        <Show when={job() === undefined ? shares() : undefined}>
          {(found) => (
            <button
              type="button"
              class="grid max-w-md gap-1.5 rounded-xl border border-line bg-surface px-3 py-2.5 text-start transition-colors hover:border-accent"
              aria-label={`${t('chat.influenceShow')}. ${summary(found())}`}
              onClick={() => properties.onInfluence()}
            >
              <ShareBar label={t('chat.shares')} shares={found()} legend={false} />
              <span class="text-sm text-muted">{summary(found())}</span>
            </button>
          )}
        </Show>

        <div class="-ms-2 flex flex-wrap items-center gap-1">
          <Show when={properties.message.content !== ''}>
            <CopyButton text={properties.message.content} label={t('ui.copy')} />
          </Show>
          <Show when={properties.last}>
            <IconButton icon="refresh" label={t('chat.regenerate')} onClick={() => properties.onRegenerate()} />
          </Show>
          <IconButton icon="panel" label={t('chat.influenceShow')} onClick={() => properties.onInfluence()} />
          <span class="tabular ms-1 min-w-0 text-xs text-muted wrap-anywhere">
            {[properties.adapterName, properties.modelName, speed()].filter(Boolean).join(' · ')}
          </span>
        </div>
      </Show>
    </article>
  );
}

function summary(shares: ReturnType<typeof evidenceShares>): string {
  const { contributors, attributedPpm, unattributedPpm } = evidenceSummary(shares);
  if (contributors === 0) return t('chat.influenceNone');
  return t('chat.influenceSummary', {
    attributed: formatPpm(attributedPpm),
    contributors: t('chat.contributorCount', { count: contributors }),
    unattributed: formatPpm(unattributedPpm),
  });
}
