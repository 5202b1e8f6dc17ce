// What the engine is doing, and what to do when it fails: three causes of "no WebGPU", a lost device, a failed download.
import { A } from '@solidjs/router';
import { type JSX, Match, Show, Switch } from 'solid-js';
import { TributaryError } from '../../lib/errors.ts';
import { t } from '../i18n/t.ts';
import { goOnFromMemory } from '../state/download.ts';
import { deviceObstacle, type EngineState, engineState, resetEngine } from '../state/engine.ts';
import { preparation } from '../state/prepareAnswers.ts';
import { Button, ErrorCard, errorText, formatBytes, formatDuration, Progress } from '../ui/index.ts';
import { choice } from './choice.ts';
import { modelName } from './modelName.ts';

type Loading = Extract<
  EngineState,
  { readonly phase: 'checking' | 'downloading' | 'packing' | 'reading' | 'compiling' | 'trying' }
>;

function label(state: Loading): string {
  const model = modelName(state.modelId);
  switch (state.phase) {
    case 'checking':
      return t('chat.phaseChecking');
    case 'downloading':
      return t('chat.phaseDownloading', { model });
    case 'packing':
      return t('chat.phasePacking', { model });
    case 'reading':
      return t('chat.phaseReading', { model });
    case 'compiling':
      return t('chat.phaseCompiling');
    case 'trying':
      return t('chat.phaseTrying');
  }
}

export function EngineStatus(properties: { readonly onRetry: () => void; readonly onCancel: () => void }): JSX.Element {
  const loading = (): Loading | undefined => {
    const state = engineState();
    return 'modelId' in state && state.phase !== 'ready' && state.phase !== 'failed' ? (state as Loading) : undefined;
  };
  const failed = (): unknown => {
    const state = engineState();
    return state.phase === 'failed' ? state.error : undefined;
  };
  const lost = (): boolean => {
    const error = failed();
    return error instanceof TributaryError && error.code.includes('DEVICE_LOST');
  };
  const full = (): boolean => {
    const error = failed();
    return error instanceof TributaryError && error.code === 'STORE_QUOTA_EXCEEDED';
  };
  const notice = () => (engineState().phase === 'ready' ? deviceObstacle() : undefined);
  /** Undefined when it computes in float32. */
  const rounding = (): 'float16' | 'int8' | undefined => {
    const state = engineState();
    if (state.phase !== 'ready' || state.summary.computeDtype === 'float32') return undefined;
    return state.summary.computeDtype;
  };
  const pending = (): readonly ('adapter' | 'index')[] => {
    const now = preparation();
    return now !== undefined && now.adapterId === choice().adapterId ? now.pending : [];
  };
  const along = (): string[] =>
    pending().map((part) => t(part === 'adapter' ? 'chat.alongAdapter' : 'chat.alongIndex'));
  const text = (): string | undefined => {
    const state = loading();
    if (state?.totalBytes === undefined || state.doneBytes === undefined || state.totalBytes === 0)
      return along().join(' · ') || undefined;
    const parts = [t('ui.of', { done: formatBytes(state.doneBytes), total: formatBytes(state.totalBytes) })];
    const { bytesPerSecond = 0 } = state;
    if (bytesPerSecond > 0) {
      const left = ((state.totalBytes - state.doneBytes) / bytesPerSecond) * 1000;
      parts.push(
        t('ui.perSecond', { amount: formatBytes(bytesPerSecond) }),
        t('ui.timeLeft', { time: formatDuration(Math.ceil(left / 1000) * 1000) }),
      );
    }
    return [...parts, ...along()].join(' · ');
  };
  return (
    <Switch>
      <Match when={loading()}>
        {(state) => (
          <Progress
            label={label(state())}
            done={state().doneBytes}
            total={state().totalBytes}
            text={text()}
            onCancel={properties.onCancel}
          />
        )}
      </Match>
      <Match when={engineState().phase === 'ready' && pending()[0]}>
        {(part) => <Progress label={t(part() === 'adapter' ? 'chat.phaseAdapter' : 'chat.phaseIndex')} />}
      </Match>
      <Match when={failed()}>
        {(error) => (
          <div class="grid gap-2">
            <ErrorCard
              error={error()}
              actionLabel={lost() ? t('chat.reloadModel') : undefined}
              onAction={() => {
                resetEngine();
                properties.onRetry();
              }}
            >
              <Show when={full()}>
                <Button
                  size="small"
                  onClick={() => {
                    goOnFromMemory();
                    resetEngine();
                    properties.onRetry();
                  }}
                >
                  {t('chat.fromMemory')}
                </Button>
              </Show>
              <A href="/settings" class="px-2 text-sm font-medium text-accent underline underline-offset-2">
                {t('chat.openSettings')}
              </A>
            </ErrorCard>
            {lost() ? <p class="text-sm text-muted">{t('chat.loadFailedKeeps')}</p> : null}
          </div>
        )}
      </Match>
      <Match when={notice()}>
        {(error) => (
          <details class="rounded-xl bg-accent-soft px-4 py-2.5 text-sm">
            <summary class="min-h-6 font-medium">{t('chat.processor', { reason: errorText(error()).title })}</summary>
            <p class="pt-1">
              {errorText(error()).message} {errorText(error()).hint}
            </p>
          </details>
        )}
      </Match>
      <Match when={rounding()}>
        {(arithmetic) => <p class="text-sm text-muted">{t(`chat.arithmetic.${arithmetic()}`)}</p>}
      </Match>
    </Switch>
  );
}
