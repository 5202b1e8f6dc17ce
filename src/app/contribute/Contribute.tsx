// The room "contribute": #/contribute lists what was given and what arrives; #/contribute/{datanet,rows,review} are the
// steps of a new contribution; #/contribute/done/<CID> is one contribution.
import { useParams } from '@solidjs/router';
import { createMemo, type JSX, Match, onMount, Switch } from 'solid-js';
import { announceLeft } from '../state/announceLeft.ts';
import { ContributionPage } from './ContributionPage.tsx';
import { type ContributionStep, contributionSteps } from './contributionDraft.ts';
import { Overview } from './Overview.tsx';
import { Steps } from './Steps.tsx';

export function Contribute(): JSX.Element {
  const parameters = useParams<{ rest?: string }>();
  const parts = createMemo(() => (parameters.rest ?? '').split('/').filter((part) => part !== ''));
  // A node that does not start is said where it is shown.
  onMount(() => void announceLeft().catch(() => undefined));
  const step = (): ContributionStep | undefined => contributionSteps.find((name) => name === parts()[0]);
  const shown = (): string | undefined => (parts()[0] === 'done' ? parts()[1] : undefined);
  return (
    <Switch fallback={<Overview />}>
      <Match when={step()}>{(name) => <Steps step={name()} />}</Match>
      <Match when={shown()} keyed>
        {(cid) => <ContributionPage cid={cid} />}
      </Match>
    </Switch>
  );
}
