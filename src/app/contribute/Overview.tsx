// What this browser contributed and what arrives from peers, with the draft that waits.
import { useNavigate } from '@solidjs/router';
import { createMemo, createSignal, type JSX, onMount, Show } from 'solid-js';
import type { ContributionRecord } from '../../store/index.ts';
import { t } from '../i18n/t.ts';
import { arrivalFailures, followContributions, listContributions, retryArrivals } from '../state/contributions.ts';
import { listDatanets } from '../state/datanets.ts';
import { createLive } from '../state/live.ts';
import { peers, peersView } from '../state/peers.ts';
import { walletView } from '../state/settlement.ts';
import { Banner, Button, Dialog, EmptyState, FromPeers, Page } from '../ui/index.ts';
import { ContributionTable } from './ContributionTable.tsx';
import { type ContributionDraft, emptyDraft } from './contributionDraft.ts';
import { contributionLock, contributionSession, discardDraft, storedDraft } from './contributionSession.ts';

export function Overview(): JSX.Element {
  const navigate = useNavigate();
  const datanets = createLive(listDatanets);
  const records = createLive(listContributions);
  /** Made here, or by the connected wallet in another browser. */
  const isMine = (record: ContributionRecord): boolean =>
    record.mine || record.contributor.toLowerCase() === walletView().wallet?.address.toLowerCase();
  const mine = createMemo(() => records()?.filter(isMine) ?? []);
  const others = createMemo(() => records()?.filter((record) => !isMine(record)) ?? []);
  const [discarding, setDiscarding] = createSignal(false);
  const [followFailure, setFollowFailure] = createSignal<unknown>();
  const follow = (start: () => Promise<unknown>): void => {
    setFollowFailure(undefined);
    start().catch((error: unknown) => setFollowFailure(() => error));
  };
  onMount(() => follow(followContributions));
  const stored = createLive(storedDraft);
  /** Where this tab prepares it, also one that could not be stored. */
  const draft = (): ContributionDraft | undefined => {
    if (contributionLock.holder() !== 'here') return stored();
    const contribution = contributionSession();
    return contribution.loaded() && contribution.draft() !== emptyDraft ? contribution.draft() : undefined;
  };
  const hasDraft = (): boolean => draft() !== undefined;
  // Made anew at each place: one element cannot stand in two.
  const start = (): JSX.Element => (
    <Button kind="primary" icon="plus" onClick={() => navigate(`/contribute/datanet`)}>
      {t('contribute.start')}
    </Button>
  );
  return (
    <Page
      title={t('contribute.title')}
      lead={t('contribute.lead')}
      actions={hasDraft() || mine().length === 0 ? undefined : start()}
    >
      <Show when={hasDraft()}>
        <Banner
          action={
            <div class="flex flex-wrap gap-2">
              <Button kind="primary" size="small" onClick={() => navigate('/contribute/rows')}>
                {t('contribute.continue')}
              </Button>
              <Button kind="quiet" size="small" onClick={() => setDiscarding(true)}>
                {t('contribute.discard')}
              </Button>
            </div>
          }
        >
          {draft()?.fileName === undefined
            ? t('contribute.draftNoFile')
            : t('contribute.draftWaiting', { file: draft()?.fileName ?? '' })}
        </Banner>
      </Show>
      <Dialog
        open={discarding()}
        onOpenChange={setDiscarding}
        title={t('contribute.discardTitle')}
        description={t('contribute.discardText')}
        actions={
          <>
            <Button onClick={() => setDiscarding(false)}>{t('contribute.keepDraft')}</Button>
            <Button
              kind="danger"
              onClick={() => {
                setDiscarding(false);
                discardDraft().catch((error: unknown) => setFollowFailure(() => error));
              }}
            >
              {t('contribute.discard')}
            </Button>
          </>
        }
      />
      <section class="grid gap-4">
        <h2 class="text-lg font-semibold">{t('contribute.mineTitle')}</h2>
        <Show
          when={mine().length > 0}
          fallback={
            <EmptyState icon="contribute" title={t('contribute.mineEmpty')} action={hasDraft() ? undefined : start()}>
              {t('contribute.mineEmptyText')}
            </EmptyState>
          }
        >
          <ContributionTable caption={t('contribute.mineTitle')} records={mine()} datanets={datanets() ?? []} mine />
        </Show>
      </section>
      <FromPeers
        title={t('contribute.othersTitle')}
        lead={t('contribute.othersLead')}
        status={peersView().status}
        isEmpty={others().length === 0}
        empty={{
          idle: t('contribute.othersIdle'),
          alone: t('contribute.othersOff'),
          otherwise: t('contribute.othersEmpty'),
        }}
        failure={followFailure()}
        onConnect={() => follow(peers)}
        missing={
          arrivalFailures().length > 0 ? t('contribute.arrivalsFailed', { count: arrivalFailures().length }) : undefined
        }
        onRetry={() => void retryArrivals()}
      >
        <ContributionTable caption={t('contribute.othersTitle')} records={others()} datanets={datanets() ?? []} />
      </FromPeers>
    </Page>
  );
}
