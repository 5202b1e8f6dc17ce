// The receipt of one answer: its fingerprint, a download, and the check that anyone can repeat.
import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import type { Verification } from '../../attribution/index.ts';
import type { MessageRecord } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { createLive } from '../state/live.ts';
import { followQueue } from '../state/outbox.ts';
import { Button, CopyButton, ErrorCard, formatList, Icon, shortHash } from '../ui/index.ts';
import { findReceipt, verifyReceipt } from './receipts.ts';

const announcedKeys = { sent: 'chat.announcedSent', queued: 'chat.announcedQueued', no: 'chat.announcedNo' } as const;
const checkedKeys = {
  index: 'chat.checkedIndex',
  influence: 'chat.checkedInfluence',
  shares: 'chat.checkedShares',
  texts: 'chat.checkedTexts',
  verbatim: 'chat.checkedVerbatim',
} as const;

export function Receipt(properties: { readonly message: MessageRecord; readonly adapter: AdapterChoice }): JSX.Element {
  const record = createLive(() => findReceipt(properties.message.receiptId));
  const [verification, setVerification] = createSignal<Verification>();
  const [failure, setFailure] = createSignal<unknown>();
  const [busy, setBusy] = createSignal(false);
  createEffect(
    on(
      () => properties.message.receiptId,
      () => {
        setVerification(undefined);
        setFailure(undefined);
      },
    ),
  );
  // A receipt of an earlier visit may still wait in the node's queue.
  createEffect(() => {
    if (record()?.announced === 'queued') void followQueue().catch((error: unknown) => setFailure(() => error));
  });
  const verify = async (): Promise<void> => {
    const receipt = record();
    if (receipt === undefined) return;
    setBusy(true);
    setFailure(undefined);
    try {
      setVerification(await verifyReceipt(receipt, properties.message, properties.adapter));
    } catch (error) {
      setFailure(() => error);
    } finally {
      setBusy(false);
    }
  };
  const save = (): void => {
    const receipt = record();
    if (receipt === undefined) return;
    const url = URL.createObjectURL(
      new Blob([receipt.bytes as Uint8Array<ArrayBuffer>], { type: 'application/vnd.ipld.dag-cbor' }),
    );
    const link = document.createElement('a');
    link.href = url;
    link.download = `receipt-${receipt.id.slice(0, 12)}.cbor`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return (
    <Show when={record()}>
      {(receipt) => (
        <div class="grid gap-3">
          <p class="text-sm text-muted">{t('chat.receiptLead')}</p>
          <div class="grid gap-0.5 text-sm">
            <span class="text-muted">{t('chat.fingerprint')}</span>
            <span class="flex items-center justify-between gap-2">
              <code class="font-mono">{shortHash(receipt().id)}</code>
              <CopyButton text={receipt().id} />
            </span>
          </div>
          <p class="flex items-center gap-2 text-sm">
            <Icon name={receipt().announced === 'sent' ? 'check' : 'info'} size={16} class="text-muted" />
            {t(announcedKeys[receipt().announced])}
          </p>
          <div class="flex flex-wrap gap-2">
            <Button size="small" icon="check" busy={busy()} onClick={() => void verify()}>
              {t('chat.receiptVerify')}
            </Button>
            <Button kind="quiet" size="small" icon="download" onClick={save}>
              {t('chat.receiptDownload')}
            </Button>
          </div>
          <div role="status">
            <Show when={verification()}>
              {(result) => (
                <div
                  class={`grid gap-1 rounded-lg px-3 py-2 text-sm ${result().valid ? 'bg-success-soft' : 'bg-danger-soft'}`}
                >
                  <p class="font-medium">{result().valid ? t('chat.receiptValid') : t('chat.receiptInvalid')}</p>
                  <p>
                    {t('chat.receiptChecked', {
                      parts: formatList(result().checked.map((part) => t(checkedKeys[part]))),
                    })}
                  </p>
                  <ul class="list-disc ps-4">
                    <For each={result().problems}>{(problem) => <li>{problem}</li>}</For>
                  </ul>
                </div>
              )}
            </Show>
          </div>
          <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void verify()} />}</Show>
        </div>
      )}
    </Show>
  );
}
