// What relays said to the announcement of a contribution: how many keep it, and why the others do not.
import { For, type JSX, Show } from 'solid-js';
import type { RelayAnswer } from '../../peers/index.ts';
import { errorText } from '../i18n/errorText.ts';
import { t } from '../i18n/t.ts';
import { peersView } from '../state/peers.ts';
import { formatDateTime, shortHash } from '../ui/index.ts';

const outcomes = {
  kept: 'contribute.relayKept',
  refused: 'contribute.relayRefused',
  later: 'contribute.relayLater',
} as const;

/** The reason in the person's language; a relay may know codes that this app does not. */
function reason({ code, facts = {}, message }: RelayAnswer): string {
  if (code === undefined) return message ?? '';
  const { title, message: sentence } = errorText({ code, facts });
  return `${title}. ${sentence}`;
}

export function RelayAnswers(properties: { readonly cid: string }): JSX.Element {
  const answers = (): readonly RelayAnswer[] =>
    peersView().deliveries.find(({ announcement }) => announcement.cid === properties.cid)?.answers ?? [];
  const kept = (): number => answers().filter(({ outcome }) => outcome === 'kept').length;
  return (
    <Show when={answers().length > 0}>
      <section class="grid gap-1" aria-label={t('contribute.relaysTitle')}>
        <p>{t('contribute.relaysKept', { count: kept() })}</p>
        <ul class="grid gap-1 text-sm text-muted">
          <For each={answers()}>
            {(answer) => (
              <li class="wrap-anywhere">
                <code>{shortHash(answer.relay)}</code> {t(outcomes[answer.outcome])} ({formatDateTime(answer.at)}).{' '}
                <Show when={answer.outcome !== 'kept'}>{reason(answer)}</Show>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
