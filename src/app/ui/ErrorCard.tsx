// Any failure, always the same way: a title, one sentence, what to do next, details to copy, and a button to continue.
// The words come from the dictionary, by the error's code and facts; the English sentence it was thrown with is a technical
// detail. A cancellation is not a failure and renders nothing.
import { createMemo, For, type JSX, Show } from 'solid-js';
import { isAbort, type TributaryError, toTributaryError } from '../../lib/errors.ts';
import { errorText } from '../i18n/errorText.ts';
import { t } from '../i18n/t.ts';
import { Button } from './Button.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Icon } from './Icon.tsx';

export interface ErrorCardProperties {
  readonly error: unknown;
  /** The main action; `label` defaults to "Try again". */
  readonly onAction?: (() => void) | undefined;
  readonly actionLabel?: string | undefined;
  readonly onDismiss?: (() => void) | undefined;
  /** Further actions, as buttons or links. */
  readonly children?: JSX.Element;
}

/** Everything known about an error as text for a bug report; no message content, no keys. */
export function errorDetails(error: TributaryError): string {
  return JSON.stringify(
    { ...error.serialize(), userAgent: navigator.userAgent, time: new Date().toISOString() },
    null,
    2,
  );
}

/** Refusing in the wallet is a choice, not a fault: no red for it. */
const neutral = new Set(['WALLET_REJECTED']);

function details(error: TributaryError): [string, string][] {
  const facts = Object.entries(error.facts)
    .filter(([name]) => name !== 'stack')
    .map(([name, value]): [string, string] => [name, String(value)]);
  return [['code', error.code], ['message', error.message], ...facts];
}

export function ErrorCard(properties: ErrorCardProperties): JSX.Element {
  const error = createMemo(() => toTributaryError(properties.error));
  const text = createMemo(() => errorText(error()));
  const calm = (): boolean => neutral.has(error().code);
  return (
    <Show when={!isAbort(error())}>
      <section role="alert" class="grid gap-3 rounded-xl border border-line border-s-4 border-s-danger bg-surface p-4">
        <div class="flex items-start gap-3">
          <Icon name={calm() ? 'info' : 'warning'} class={`mt-0.5 ${calm() ? 'text-muted' : 'text-danger'}`} />
          <div class="grid min-w-0 gap-1">
            <p class="font-semibold">{text().title}</p>
            <p class="wrap-anywhere">{text().message}</p>
            <p class="text-muted">{text().hint}</p>
          </div>
        </div>
        <div class="flex flex-wrap items-center gap-2">
          <Show when={properties.onAction}>
            {(action) => (
              <Button kind="primary" size="small" onClick={() => action()()}>
                {properties.actionLabel ?? t('ui.tryAgain')}
              </Button>
            )}
          </Show>
          {properties.children}
          <CopyButton text={errorDetails(error())} label={t('ui.copyDetails')} />
          <Show when={properties.onDismiss}>
            {(dismiss) => (
              <Button kind="quiet" size="small" onClick={() => dismiss()()}>
                {t('ui.dismiss')}
              </Button>
            )}
          </Show>
        </div>
        <details class="border-t border-line pt-2 text-xs text-muted">
          <summary class="min-h-6">{t('ui.errorDetails')}</summary>
          {/* Names and values as in the program: not translated. */}
          <dl lang="en" translate="no" class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 pt-1 font-mono">
            <For each={details(error())}>
              {([name, value]) => (
                <>
                  <dt>{name}</dt>
                  <dd class="wrap-anywhere">{value}</dd>
                </>
              )}
            </For>
          </dl>
        </details>
      </section>
    </Show>
  );
}
