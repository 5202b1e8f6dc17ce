// The room "models": what this browser keeps, and where more is found.
import { createSignal, type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import { finder } from '../state/models/finder.ts';
import { library } from '../state/models/library.ts';
import type { LibraryModel } from '../state/models/types.ts';
import { Dialog, lazyPart, Page } from '../ui/index.ts';
import { FinderView } from './FinderView.tsx';
import { LibraryList } from './LibraryList.tsx';
import { Runtimes } from './Runtimes.tsx';

const QualityReport = lazyPart(async () => (await import('./QualityReport.tsx')).QualityReport);

export function Models(): JSX.Element {
  let top!: HTMLDivElement;
  const [measured, setMeasured] = createSignal<LibraryModel>();
  return (
    <Page title={t('models.title')} lead={t('models.lead')}>
      <div ref={top} class="scroll-mt-8">
        <LibraryList library={library} finder={finder} onQuality={setMeasured} />
      </div>
      <FinderView finder={finder} onInstalled={() => top.scrollIntoView({ block: 'start' })} />
      <Runtimes />
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
