// Step three: licence, what becomes public for ever in plain words, and the signature.
import { createUniqueId, For, type JSX, Show } from 'solid-js';
import type { DatanetEntry } from '../../workflows/rows/datanetEntries.ts';
import type { PublishStep } from '../../workflows/rows/publishRows.ts';
import { t } from '../i18n/t.ts';
import { Banner, Button, CheckBox, ErrorCard, Progress, Section, Select, shortAddress } from '../ui/index.ts';
import { gapOfStep } from './contributionDraft.ts';
import type { Contribution } from './createContribution.ts';
import { isLicence, licences } from './licences.ts';

export type Publishing =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly step: PublishStep }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'failed'; readonly error: unknown };

export function ReviewStep(properties: {
  readonly contribution: Contribution;
  readonly datanet: DatanetEntry | undefined;
  /** Address that signs; absent: no wallet. */
  readonly signer: string | undefined;
  readonly walletChoice: JSX.Element;
  readonly onChain: boolean;
  readonly publishing: Publishing;
  readonly onPublish: () => void;
}): JSX.Element {
  const { draft, prepared, gaps, change } = properties.contribution;
  const id = createUniqueId();
  const count = (): number => prepared()?.publishable.length ?? 0;
  const licence = (): string => draft().licence ?? '';
  const step = (): PublishStep | undefined =>
    properties.publishing.kind === 'busy' ? properties.publishing.step : undefined;
  const failure = (): unknown => (properties.publishing.kind === 'failed' ? properties.publishing.error : undefined);
  const facts = (): readonly (readonly [string, string])[] => [
    [t('contribute.reviewDatanet'), properties.datanet?.name ?? ''],
    [t('contribute.reviewRows'), t('contribute.reviewFrom', { count: count(), file: draft().fileName ?? '' })],
    [t('contribute.reviewAuthor'), properties.signer ?? '–'],
  ];
  return (
    <div class="grid gap-6">
      <dl class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
        <For each={facts()}>
          {([name, value]) => (
            <>
              <dt class="text-muted">{name}</dt>
              <dd class="wrap-anywhere">{value}</dd>
            </>
          )}
        </For>
      </dl>
      <Select
        label={t('contribute.reviewLicence')}
        hint={isLicence(licence()) ? t(`contribute.licenceHint.${licence() as (typeof licences)[number]}`) : undefined}
        options={[
          { value: '', label: t('contribute.licenceChoose'), disabled: true },
          ...licences.map((value) => ({ value, label: t(`contribute.licence.${value}`) })),
        ]}
        value={licence()}
        onChange={(value) => change((current) => ({ ...current, licence: value }))}
      />
      <Show when={licence() !== '' && properties.datanet !== undefined && properties.datanet.licence !== licence()}>
        <Banner kind="warning">{t('contribute.licenceDiffers', { licence: properties.datanet?.licence ?? '' })}</Banner>
      </Show>
      <Section title={t('contribute.publicTitle')}>
        <ul class="grid list-disc gap-2 ps-5">
          <li>{t('contribute.publicRows', { count: count() })}</li>
          <li>
            {properties.signer === undefined
              ? t('contribute.publicAddressUnknown')
              : t('contribute.publicAddress', { address: shortAddress(properties.signer) })}
          </li>
          <Show when={properties.onChain}>
            <li>{t('contribute.publicChain')}</li>
          </Show>
          <Show when={(prepared()?.overrides.length ?? 0) > 0}>
            <li>{t('contribute.publicOverrides', { count: prepared()?.overrides.length ?? 0 })}</li>
          </Show>
          <li>{t('contribute.publicNot')}</li>
        </ul>
      </Section>
      <CheckBox
        label={t('contribute.mayShare')}
        checked={draft().mayShare}
        onChange={(event) => {
          const mayShare = event.currentTarget.checked;
          change((current) => ({ ...current, mayShare }));
        }}
      />
      <Show
        when={properties.signer}
        fallback={
          <div class="grid gap-3">
            <p>{t('contribute.noSigner')}</p>
            {properties.walletChoice}
          </div>
        }
      >
        <div class="grid gap-3">
          <Show when={step()}>{(name) => <Progress label={t(`contribute.signStep.${name()}`)} />}</Show>
          <Show when={properties.publishing.kind === 'rejected'}>
            <Banner>{t('contribute.notSigned')}</Banner>
          </Show>
          <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={properties.onPublish} />}</Show>
          <div>
            <Button
              kind="primary"
              aria-describedby={id}
              busy={properties.publishing.kind === 'busy'}
              disabled={gaps().length > 0}
              onClick={properties.onPublish}
            >
              {t('contribute.sign', { count: count() })}
            </Button>
            <p id={id} class="mt-1.5 text-sm text-muted">
              <Show when={gapOfStep(gaps(), 'review')}>{(gap) => t(`contribute.gap.${gap()}`)}</Show>
            </p>
          </div>
        </div>
      </Show>
    </div>
  );
}
