// The room "factory": #/factory lists runs and adapters of peers, #/factory/new prepares a run, #/factory/runs/<id> is one.
import { useParams } from '@solidjs/router';
import { createMemo, type JSX, Match, onMount, Switch } from 'solid-js';
import { lazyPart } from '../ui/index.ts';
import { Overview } from './Overview.tsx';

const NewRun = lazyPart(async () => (await import('./NewRun.tsx')).NewRun);
const RunPage = lazyPart(async () => (await import('./RunPage.tsx')).RunPage);

export function Factory(): JSX.Element {
  const parameters = useParams<{ rest?: string }>();
  const parts = createMemo(() => (parameters.rest ?? '').split('/').filter((part) => part !== ''));
  onMount(() => {
    // Without a network, or while something is in the way, it is done at the next visit.
    void import('../state/tidyCheckpoints.ts').then(({ tidyCheckpoints }) => tidyCheckpoints()).catch(() => undefined);
  });
  const runId = (): string | undefined => (parts()[0] === 'runs' ? parts()[1] : undefined);
  return (
    <Switch fallback={<Overview />}>
      <Match when={parts()[0] === 'new'}>
        <NewRun />
      </Match>
      <Match when={runId()} keyed>
        {(id) => <RunPage id={id} />}
      </Match>
    </Switch>
  );
}
