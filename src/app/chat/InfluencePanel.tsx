// What shaped one answer: shares that add up to 100 %, rows, the fee and its split, the receipt, the method. A selected span
// of the answer narrows the rows to those that contain its words.
import { createMemo, createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import type { MessageRecord } from '../../store/index.ts';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { t } from '../i18n/t.ts';
import { type AdapterChoice, hasAttribution } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { listDatanets } from '../state/datanets.ts';
import { createLive, createLoaded } from '../state/live.ts';
import { splitOf } from '../state/payments.ts';
import { Button, ErrorCard, formatList, formatPpm, Keyed, Progress, ShareBar, shortHash } from '../ui/index.ts';
import { createReadiness } from './createReadiness.ts';
import { Fee } from './Fee.tsx';
import { evidenceShares } from './influence.ts';
import { cancelInfluence, estimateInfluence } from './influenceJobs.ts';
import { influencePhaseText } from './influencePhaseText.ts';
import { influenceFailures, influenceJob } from './influenceState.ts';
import { Method } from './Method.tsx';
import { Receipt } from './Receipt.tsx';
import { RowCard } from './RowCard.tsx';

const FIRST_ROWS = 5;

function Part(properties: { readonly title: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <section class="grid gap-3 border-t border-line pt-5">
      <h3 class="font-semibold">{properties.title}</h3>
      {properties.children}
    </section>
  );
}

export function InfluencePanel(properties: {
  readonly message: MessageRecord | undefined;
  readonly adapter: AdapterChoice | undefined;
  readonly selectedSpan: number | undefined;
  readonly onSelectSpan: (span: number | undefined) => void;
  readonly onSetUp: () => void;
}): JSX.Element {
  const influence = (): StoredInfluence | undefined => properties.message?.influence as StoredInfluence | undefined;
  const job = () => (influenceJob()?.messageId === properties.message?.id ? influenceJob() : undefined);
  const failure = (): unknown => influenceFailures().get(properties.message?.id ?? '');
  const readiness = createReadiness(() => properties.adapter);
  const attributable = createLoaded(() => properties.adapter, hasAttribution);
  const pool = createLoaded(
    () => {
      const fee = properties.message?.fee;
      const state = readiness.value();
      return fee === undefined || state === undefined || !('terms' in state)
        ? undefined
        : { fee, ownerBps: state.terms.ownerBps };
    },
    async ({ fee, ownerBps }) => (await splitOf(fee, ownerBps)).contributors as bigint,
  );
  const start = (): void => {
    const { message, adapter } = properties;
    if (message !== undefined && adapter !== undefined) void estimateInfluence(message, adapter);
  };
  return (
    <div class="grid gap-5">
      <Show when={job()}>
        {(running) => <Progress label={influencePhaseText(running().phase)} onCancel={cancelInfluence} />}
      </Show>
      <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={start} />}</Show>
      <Switch>
        <Match when={properties.message === undefined}>
          <p class="text-muted">{t('chat.influencePick')}</p>
        </Match>
        <Match when={properties.message?.adapterId === undefined}>
          <p class="text-muted">{t('chat.influenceBase')}</p>
        </Match>
        <Match when={influence()}>
          {(found) => (
            <Found
              influence={found()}
              message={properties.message as MessageRecord}
              adapter={properties.adapter}
              selectedSpan={properties.selectedSpan}
              onSelectSpan={properties.onSelectSpan}
              pool={pool.value()}
              fee={
                <Fee
                  message={properties.message as MessageRecord}
                  readiness={readiness.value()}
                  onSetUp={properties.onSetUp}
                  onPay={job() === undefined && failure() === undefined ? start : undefined}
                  onRetry={readiness.reload}
                />
              }
            />
          )}
        </Match>
        <Match when={attributable.value() === false}>
          <p class="text-muted">{t('chat.influenceUnavailable')}</p>
        </Match>
        <Match
          when={
            job() === undefined &&
            failure() === undefined &&
            properties.message?.state === 'done' &&
            properties.adapter !== undefined
          }
        >
          <Button kind="primary" class="justify-self-start" onClick={start}>
            {t('chat.influenceStart')}
          </Button>
        </Match>
      </Switch>
    </div>
  );
}

function Found(properties: {
  readonly influence: StoredInfluence;
  readonly message: MessageRecord;
  readonly adapter: AdapterChoice | undefined;
  readonly selectedSpan: number | undefined;
  readonly onSelectSpan: (span: number | undefined) => void;
  readonly fee: JSX.Element;
  /** The contributors' part of the paid fee, in wei. */
  readonly pool: bigint | undefined;
}): JSX.Element {
  const [all, setAll] = createSignal(false);
  const attribution = () => properties.influence.attribution;
  const shares = createMemo(() => evidenceShares(properties.influence, t('chat.otherRows')));
  const rows = createMemo(() => {
    const { selectedSpan } = properties;
    const span = selectedSpan === undefined ? undefined : attribution().spans[selectedSpan];
    return span === undefined ? attribution().rows : attribution().rows.filter((row) => span.rows.includes(row.row));
  });
  const shown = () => (all() || properties.selectedSpan !== undefined ? rows() : rows().slice(0, FIRST_ROWS));
  const datanets = createLive(listDatanets);
  const datanetName = (id: string): string =>
    config().datanets.find((known) => known.id === id || known.slug === id)?.name ??
    datanets()?.find((known) => known.id === id)?.name ??
    shortHash(id);
  const datanet = (): string => formatList((properties.adapter?.datanets ?? []).map(datanetName));
  return (
    <>
      <section class="grid gap-3">
        <h3 class="sr-only">{t('chat.shares')}</h3>
        <ShareBar label={t('chat.shares')} shares={shares()} />
        <p class="text-sm text-muted">
          {attribution().unattributedPpm >= 1_000_000
            ? t('chat.allUnattributed', { share: formatPpm(attribution().unattributedPpm) })
            : t('chat.unattributedWhat')}
        </p>
      </section>

      <Part title={t('chat.rows')}>
        <div class="flex flex-wrap items-center justify-between gap-2">
          <p class="text-sm text-muted" role="status">
            {properties.selectedSpan === undefined
              ? t('chat.rowsCount', { count: attribution().rows.length })
              : t('chat.rowsOfSpan', { count: rows().length, span: properties.selectedSpan + 1 })}
          </p>
          <Show when={properties.selectedSpan !== undefined}>
            <Button kind="quiet" size="small" onClick={() => properties.onSelectSpan(undefined)}>
              {t('chat.showAllRows')}
            </Button>
          </Show>
        </div>
        <Show when={attribution().spans.length > 0}>
          <p class="text-xs text-muted">{t('chat.spansHelp')}</p>
        </Show>
        <ul class="grid gap-2">
          <Keyed each={shown()} by={({ row }) => row}>
            {(row) => (
              <RowCard
                row={row()}
                influence={properties.influence}
                datanet={datanet()}
                pool={properties.pool}
                onLocate={properties.onSelectSpan}
              />
            )}
          </Keyed>
        </ul>
        <Show when={rows().length > shown().length}>
          <Button kind="quiet" size="small" class="justify-self-start" onClick={() => setAll(true)}>
            {t('chat.moreRows', { count: rows().length - shown().length })}
          </Button>
        </Show>
      </Part>

      <Part title={t('chat.fee')}>{properties.fee}</Part>

      <Show when={properties.message.receiptId !== undefined ? properties.adapter : undefined}>
        {(adapter) => (
          <Part title={t('chat.receipt')}>
            <Receipt message={properties.message} adapter={adapter()} />
          </Part>
        )}
      </Show>

      <div class="border-t border-line pt-3">
        <Method influence={properties.influence} />
      </div>
    </>
  );
}
