// A task in progress: its name, its progress, a button to stop it. Without `total` it is indeterminate.
import { type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { Button } from './Button.tsx';

export interface ProgressProperties {
  readonly label: string;
  readonly done?: number | undefined;
  readonly total?: number | undefined;
  /** For example "3.1 MB of 7.5 MB". */
  readonly text?: string | undefined;
  readonly onCancel?: (() => void) | undefined;
}

export function Progress(properties: ProgressProperties): JSX.Element {
  const part = (): number | undefined => {
    const { done, total } = properties;
    return done === undefined || total === undefined || total <= 0 ? undefined : Math.min(1, done / total);
  };
  return (
    <div class="grid gap-1.5">
      <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm">
        <span class="font-medium">{properties.label}</span>
        <Show when={properties.text}>
          <span class="tabular text-muted">{properties.text}</span>
        </Show>
      </div>
      <div class="flex items-center gap-3">
        <div
          role="progressbar"
          aria-label={properties.label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={part() === undefined ? undefined : Math.round((part() ?? 0) * 100)}
          aria-valuetext={properties.text}
          class="h-2 flex-1 overflow-hidden rounded-full bg-line"
        >
          <Show
            when={part() !== undefined}
            fallback={<div class="h-full w-1/3 animate-pulse rounded-full bg-accent" />}
          >
            <div
              class="h-full rounded-full bg-accent transition-[width] duration-200"
              style={{ width: `${(part() ?? 0) * 100}%` }}
            />
          </Show>
        </div>
        <Show when={properties.onCancel}>
          {(cancel) => (
            <Button kind="quiet" size="small" onClick={() => cancel()()}>
              {t('ui.cancel')}
            </Button>
          )}
        </Show>
      </div>
    </div>
  );
}
