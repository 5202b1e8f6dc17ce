// The room "models": what this browser keeps, and where more is found.
import type { JSX } from 'solid-js';
import { t } from '../i18n/t.ts';
import { finder } from '../services/models/finder.ts';
import { library } from '../services/models/library.ts';
import { Page } from '../ui/index.ts';
import { FinderView } from './FinderView.tsx';
import { LibraryList } from './LibraryList.tsx';
import { Runtimes } from './Runtimes.tsx';

export function Models(): JSX.Element {
  let top!: HTMLDivElement;
  return (
    <Page title={t('models.title')} lead={t('models.lead')}>
      <div ref={top} class="scroll-mt-8">
        <LibraryList library={library} />
      </div>
      <FinderView finder={finder} onInstalled={() => top.scrollIntoView({ block: 'start' })} />
      <Runtimes />
    </Page>
  );
}
