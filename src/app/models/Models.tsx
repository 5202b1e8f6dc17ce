// The room "models": the models of this browser, and where to find more.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { finder } from '../state/models/finder.ts';
import { library } from '../state/models/library.ts';
import type { LibraryModel } from '../state/models/types.ts';
import { Dialog, lazyPart, Page } from '../ui/index.ts';
import { LibraryList } from './LibraryList.tsx';

/** Shown once the list above them is known. */
const FinderView = lazyPart(async () => (await import('./FinderView.tsx')).FinderView);
const Runtimes = lazyPart(async () => (await import('./Runtimes.tsx')).Runtimes);
const QualityReport = lazyPart(async () => (await import('./QualityReport.tsx')).QualityReport);

export function Models(): JSX.Element {
  let top!: HTMLDivElement;
  const [measured, setMeasured] = createSignal<LibraryModel>();
  return (
    <Page title={t('models.title')} lead={t('models.lead')}>
      <div ref={top} class="scroll-mt-8">
        <LibraryList library={library} finder={finder} onQuality={setMeasured} />
      </div>
      {/* Only once the list above is known, or it would push these down. */}
      <Show when={library.models() !== undefined}>
        <FinderView finder={finder} onInstalled={() => top.scrollIntoView({ block: 'start' })} />
        <Runtimes />
      </Show>
      <Dialog
        open={measured() !== undefined}
        onOpenChange={(open) => {
          if (!open) setMeasured(undefined);
        }}
        title={t('models.qualityTitle', { name: measured()?.name ?? '' })}
      >
        <Show when={measured()}>{(model) => <QualityReport model={model()} />}</Show>
      </Dialog>
    </Page>
  );
}
