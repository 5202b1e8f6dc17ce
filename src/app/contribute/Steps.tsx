// The steps of a new contribution under one heading. An address beyond what the draft allows is led back; Back and reload
// work because each step is an address and the draft is kept.
import { Navigate, useNavigate } from '@solidjs/router';
import { createSignal, For, type JSX, Match, onMount, Show, Switch } from 'solid-js';
import { toTributaryError } from '../../lib/errors.ts';
import type { DatanetTexts } from '../../workflows/rows/datanetDescription.ts';
import type { PublishStep } from '../../workflows/rows/publishRows.ts';
import { t } from '../i18n/t.ts';
import { publishRows } from '../state/contributions.ts';
import { createDatanet, listDatanets } from '../state/datanets.ts';
import { createLive } from '../state/live.ts';
import { discover, hasChain } from '../state/settlement.ts';
import { currentSigner } from '../state/signer.ts';
import { Button, ErrorCard, OpenElsewhere, Page } from '../ui/index.ts';
import { WalletChoice } from '../wallet/WalletChoice.tsx';
import { type ContributionStep, contributionSteps, furthestStep, gapOfStep } from './contributionDraft.ts';
import { contributionLock, contributionSession, draftKeys } from './contributionSession.ts';
import { DatanetStep } from './DatanetStep.tsx';
import { type Publishing, ReviewStep } from './ReviewStep.tsx';
import { RowsStep } from './RowsStep.tsx';

const titles = {
  datanet: 'contribute.datanetTitle',
  rows: 'contribute.rowsTitle',
  review: 'contribute.reviewTitle',
} as const;
const leads = { datanet: 'contribute.datanetLead', rows: 'contribute.rowsLead', review: undefined } as const;
const names = {
  datanet: 'contribute.stepDatanet',
  rows: 'contribute.stepRows',
  review: 'contribute.stepReview',
} as const;

export function Steps(properties: { readonly step: ContributionStep }): JSX.Element {
  contributionLock.start();
  return (
    <Switch>
      <Match when={contributionLock.holder() === 'here'}>
        <OwnSteps step={properties.step} />
      </Match>
      <Match when={contributionLock.holder() === 'elsewhere'}>
        <Page title={t(titles[properties.step])}>
          <OpenElsewhere text={t('contribute.draftElsewhere')} onTakeOver={contributionLock.takeOver} />
        </Page>
      </Match>
    </Switch>
  );
}

function OwnSteps(properties: { readonly step: ContributionStep }): JSX.Element {
  const contribution = contributionSession();
  const navigate = useNavigate();
  const datanets = createLive(listDatanets);
  const [publishing, setPublishing] = createSignal<Publishing>({ kind: 'idle' });
  const [creationFailure, setCreationFailure] = createSignal<unknown>();
  onMount(() => void discover().catch((error: unknown) => setPublishing({ kind: 'failed', error })));

  const position = (step: ContributionStep): number => contributionSteps.indexOf(step);
  const furthest = (): ContributionStep => furthestStep(contribution.gaps());
  /** While a file is being read again the review stays where it is: its button waits. */
  const tooFar = (): boolean =>
    contribution.loaded() && position(properties.step) > position(furthest()) && contribution.reading().kind !== 'busy';
  const lead = (): string | undefined => {
    const key = leads[properties.step];
    return key === undefined ? undefined : t(key);
  };
  const datanet = () => datanets()?.find((entry) => entry.id === contribution.draft().datanetId);

  const choose = (id: string): void => {
    const entry = datanets()?.find((candidate) => candidate.id === id);
    contribution.change((draft) => ({
      ...draft,
      datanetId: id,
      ...(draft.licence === undefined && entry !== undefined && entry.licence !== '' ? { licence: entry.licence } : {}),
    }));
  };

  const create = async (description: DatanetTexts): Promise<void> => {
    setCreationFailure(undefined);
    try {
      const id = await createDatanet(description);
      contribution.change((draft) => ({ ...draft, datanetId: id, licence: description.licence }));
      navigate('/contribute/rows');
    } catch (error) {
      setCreationFailure(() => error);
    }
  };

  const publish = async (): Promise<void> => {
    const signer = currentSigner();
    const { datanetId, licence } = contribution.draft();
    const prepared = contribution.prepared();
    if (signer === undefined || datanetId === undefined || licence === undefined || prepared === undefined) return;
    const { publishable: rows, overrides } = prepared;
    const onStep = (step: PublishStep): void => void setPublishing({ kind: 'busy', step });
    try {
      await contributionLock.finish(async () => {
        // A change that is stored later would bring the draft back.
        await contribution.settled();
        const record = await publishRows({ datanetId, rows, licence, overrides, signer, onStep, drafts: draftKeys });
        // First the address, then the draft: the steps must not see an empty draft and lead back.
        navigate(`/contribute/done/${record.id}`, { replace: true });
        await contribution.discard();
      });
    } catch (error) {
      const rejected = toTributaryError(error).code === 'WALLET_REJECTED';
      setPublishing(rejected ? { kind: 'rejected' } : { kind: 'failed', error });
    }
  };

  return (
    <Show when={contribution.loaded()}>
      <Show when={!tooFar()} fallback={<Navigate href={`/contribute/${furthest()}`} />}>
        <Page title={t(titles[properties.step])} {...(lead() === undefined ? {} : { lead: lead() as string })}>
          <nav aria-label={t('contribute.steps')}>
            <ol class="flex flex-wrap gap-x-6 gap-y-2 text-sm">
              <For each={contributionSteps}>
                {(step, index) => (
                  <li>
                    <Show
                      when={position(step) <= position(furthest()) && step !== properties.step}
                      fallback={
                        <span
                          aria-current={step === properties.step ? 'step' : undefined}
                          class={step === properties.step ? 'font-semibold' : 'text-muted'}
                        >
                          {index() + 1}. {t(names[step])}
                        </span>
                      }
                    >
                      <a href={`#/contribute/${step}`} class="text-accent underline underline-offset-2">
                        {index() + 1}. {t(names[step])}
                      </a>
                    </Show>
                  </li>
                )}
              </For>
            </ol>
          </nav>
          <Show when={contribution.saveFailure()}>
            {(error) => <ErrorCard error={error()} onAction={contribution.saveAgain} />}
          </Show>
          <Switch>
            <Match when={properties.step === 'datanet'}>
              <Show when={creationFailure()}>{(error) => <ErrorCard error={error()} />}</Show>
              <DatanetStep
                datanets={datanets() ?? []}
                chosen={contribution.draft().datanetId}
                onChoose={choose}
                onCreate={(description) => void create(description)}
              />
            </Match>
            <Match when={properties.step === 'rows'}>
              <RowsStep contribution={contribution} />
            </Match>
            <Match when={properties.step === 'review'}>
              <ReviewStep
                contribution={contribution}
                datanet={datanet()}
                signer={currentSigner()?.address}
                walletChoice={<WalletChoice />}
                onChain={hasChain()}
                publishing={publishing()}
                onPublish={() => void publish()}
              />
            </Match>
          </Switch>
          <div class="flex flex-wrap justify-between gap-2 border-t border-line pt-6">
            <Button
              kind="quiet"
              onClick={() => {
                const before = contributionSteps[position(properties.step) - 1];
                navigate(before === undefined ? '/contribute' : `/contribute/${before}`);
              }}
            >
              {t('contribute.back')}
            </Button>
            <Show when={contributionSteps[position(properties.step) + 1]}>
              {(next) => (
                <div class="flex flex-wrap items-center gap-3">
                  <span id="step-gap" class="text-sm text-muted">
                    <Show when={gapOfStep(contribution.gaps(), properties.step)}>
                      {(gap) => t(`contribute.gap.${gap()}`)}
                    </Show>
                  </span>
                  <Button
                    kind="primary"
                    aria-describedby="step-gap"
                    disabled={position(next()) > position(furthest())}
                    onClick={() => navigate(`/contribute/${next()}`)}
                  >
                    {t('contribute.next')}
                  </Button>
                </div>
              )}
            </Show>
          </div>
        </Page>
      </Show>
    </Show>
  );
}
