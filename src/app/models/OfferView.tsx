// What a source offers: its choices, whether each fits this device, and what the chosen one needs, before any download.
import { createSignal, For, type JSX, Match, onMount, Show, Switch } from 'solid-js';
import type { Fit, ModelChoice, ModelShape, PackedFormat, Packing, RuntimeModel } from '../../models/index.ts';
import { t } from '../i18n/t.ts';
import { addExternalModel, type ExternalModel } from '../state/models/chatRuntimes.ts';
import type { Candidate, Finder, OpenedState } from '../state/models/types.ts';
import {
  Banner,
  Button,
  EmptyState,
  ErrorCard,
  formatBytes,
  Keyed,
  Progress,
  Select,
  shortHash,
  toast,
} from '../ui/index.ts';
import { HubAccess } from './HubAccess.tsx';
import { formatParameters, sourceText, wantsToken } from './modelFacts.ts';
import { runtimeFacts } from './runtimeFacts.ts';

type Open = Extract<OpenedState, { readonly phase: 'open' }>;

const contextLengths = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768] as const;
const packingParts = ['weights', 'embedding', 'head'] as const;
const verdictColor = { fits: 'text-success', tight: 'text-warning', 'too-large': 'text-danger' } as const;

/** Distinguishes a choice from its siblings: its format, or its absence. */
function choiceName({ container, format }: ModelChoice): string {
  if (format !== '') return format;
  return t(container === 'gguf' ? 'models.choiceGguf' : 'models.asPublished');
}

function choiceText({ container, files }: ModelChoice): string {
  return container === 'gguf' ? (files[0]?.name ?? '') : t('models.choiceSafetensors');
}

function failureOf({ inspection }: Candidate): unknown {
  return inspection.phase === 'failed' ? inspection.error : undefined;
}

function Verdict(properties: { readonly candidate: Candidate }): JSX.Element {
  return (
    <Switch fallback={<span class="text-muted">{t('models.fit.unread')}</span>}>
      <Match when={failureOf(properties.candidate)}>
        {(error) => (
          <span class={wantsToken(error()) ? 'text-warning' : 'text-danger'}>
            {t(wantsToken(error()) ? 'models.fit.token' : 'models.fit.unsupported')}
          </span>
        )}
      </Match>
      <Match when={properties.candidate.fit}>
        {(judged) => (
          <span class={`font-medium ${verdictColor[judged().verdict]}`}>{t(`models.fit.${judged().verdict}`)}</span>
        )}
      </Match>
    </Switch>
  );
}

function ChoiceList(properties: { readonly finder: Finder; readonly open: Open }): JSX.Element {
  return (
    <fieldset class="grid gap-2">
      <legend class="pb-2 text-sm font-medium">{t('models.choices')}</legend>
      <Show when={properties.open.candidates.length > 1}>
        <p class="pb-1 text-sm text-muted">{t('models.choicesText')}</p>
      </Show>
      <Keyed each={properties.open.candidates} by={({ choice }) => choice.id}>
        {(candidate) => (
          <label class="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-line px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-soft">
            <input
              type="radio"
              name="choice"
              class="size-4 accent-accent"
              checked={candidate().choice.id === properties.open.selected}
              onChange={() => properties.finder.select(candidate().choice.id)}
            />
            <span class="min-w-0 flex-1 basis-48">
              <span class="font-medium wrap-anywhere">{choiceName(candidate().choice)}</span>{' '}
              <Show when={candidate().choice.id === properties.open.proposed}>
                <span class="rounded-full bg-accent-soft px-2 py-0.5 text-sm font-medium text-accent-strong">
                  {t('models.proposed')}
                </span>
              </Show>
              <span class="block text-sm text-muted wrap-anywhere">{choiceText(candidate().choice)}</span>
            </span>
            <span class="tabular text-sm text-muted">{formatBytes(candidate().choice.downloadBytes)}</span>
            <span class="text-sm">
              <Verdict candidate={candidate()} />
            </span>
          </label>
        )}
      </Keyed>
    </fieldset>
  );
}

function PackingChoice(properties: { readonly finder: Finder; readonly candidate: Candidate }): JSX.Element {
  const offered = (part: keyof Packing): PackedFormat[] => [
    ...new Set(properties.candidate.choice.packings.map((packing) => packing[part])),
  ];
  return (
    <div class="grid gap-4 sm:grid-cols-3">
      <For each={packingParts.filter((part) => offered(part).length > 1)}>
        {(part) => (
          <Select
            label={t(`models.packing.${part}`)}
            value={properties.candidate.packing[part]}
            options={offered(part).map((format) => ({ value: format, label: t(`models.packed.${format}`) }))}
            onChange={(format) =>
              properties.finder.setPacking(properties.candidate.choice.id, {
                ...properties.candidate.packing,
                [part]: format as PackedFormat,
              })
            }
          />
        )}
      </For>
    </div>
  );
}

function Shape(properties: { readonly shape: ModelShape }): JSX.Element {
  return (
    <div class="grid gap-2">
      <p>
        {t('models.shape', {
          architecture: properties.shape.architecture,
          parameters: formatParameters(properties.shape.parameterCount),
          layers: properties.shape.layerCount,
          context: properties.shape.contextLength,
        })}
      </p>
      <Show when={!properties.shape.hasTokenizer}>
        <Banner kind="warning">{t('models.noTokenizer')}</Banner>
      </Show>
      <Show when={properties.shape.hasTokenizer && !properties.shape.hasChatTemplate}>
        <Banner>{t('models.noTemplate')}</Banner>
      </Show>
    </div>
  );
}

function Needs(properties: { readonly fit: Fit; readonly freeStorageBytes: number | undefined }): JSX.Element {
  const rows = (): readonly (readonly [string, string])[] => {
    const { downloadBytes, peakStorageBytes, keptBytes, deviceBytes, weightBytes, cacheBytes } = properties.fit.needs;
    const parts = t('models.need.deviceParts', {
      weights: formatBytes(weightBytes),
      cache: formatBytes(cacheBytes),
    });
    const free =
      properties.freeStorageBytes === undefined
        ? t('models.need.freeUntold')
        : t('models.need.free', { amount: formatBytes(properties.freeStorageBytes) });
    return [
      [t('models.need.download'), formatBytes(downloadBytes)],
      [t('models.need.storage'), `${formatBytes(peakStorageBytes)} (${free})`],
      [t('models.need.kept'), formatBytes(keptBytes)],
      [t('models.need.device'), `${formatBytes(deviceBytes)} (${parts})`],
    ];
  };
  return (
    <div class="grid gap-3">
      <h4 class="text-sm font-medium">{t('models.needs')}</h4>
      <dl class="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[auto_1fr]">
        <For each={rows()}>
          {([name, amount]) => (
            <>
              <dt class="text-muted">{name}</dt>
              <dd class="tabular">{amount}</dd>
            </>
          )}
        </For>
      </dl>
      <For each={properties.fit.problems}>
        {(problem) => (
          <Banner kind="warning">
            {t(`models.problem.${problem.code}`, {
              needed: formatBytes(problem.neededBytes),
              available: formatBytes(problem.availableBytes),
            })}
          </Banner>
        )}
      </For>
    </div>
  );
}

/** The same model as ONNX files, for Transformers.js. */
function OnnxChoices(properties: { readonly models: readonly RuntimeModel[] }): JSX.Element {
  const add = async (model: RuntimeModel): Promise<void> => {
    await addExternalModel(model as ExternalModel);
    toast(t('models.addedToChat', { name: model.name }));
  };
  return (
    <details>
      <summary class="min-h-8 font-medium">{t('models.onnx')}</summary>
      <p class="pt-1 pb-3 text-sm text-muted">{t('models.onnxCannot')}</p>
      <ul class="grid divide-y divide-line rounded-xl border border-line">
        <For each={properties.models}>
          {(model) => (
            <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
              <span class="min-w-0 flex-1 basis-48">
                <span class="font-medium">{model.source.kind === 'onnx' ? model.source.format : model.name}</span>{' '}
                <span class="text-sm text-muted">{runtimeFacts(model)}</span>
              </span>
              <Button size="small" onClick={() => void add(model)}>
                {t('models.addToChat', { name: model.name })}
              </Button>
            </li>
          )}
        </For>
      </ul>
    </details>
  );
}

function Selected(properties: {
  readonly finder: Finder;
  readonly open: Open;
  readonly candidate: Candidate;
  readonly onInstalled: () => void;
}): JSX.Element {
  const [failure, setFailure] = createSignal<unknown>();
  const shape = (): ModelShape | undefined => {
    const { inspection } = properties.candidate;
    return inspection.phase === 'read' ? inspection.shape : undefined;
  };
  const most = (): number => Math.min(shape()?.contextLength ?? contextLengths.at(-1) ?? 0, 131_072);
  const contextLength = (): number => Math.min(properties.open.contextLength, most());
  const lengths = (): number[] =>
    [...new Set([...contextLengths.filter((length) => length < most()), contextLength(), most()])].sort(
      (a, b) => a - b,
    );
  const again = (): void => properties.finder.select(properties.candidate.choice.id);
  const blocked = (): boolean =>
    shape() === undefined || properties.candidate.fit?.problems.some(({ severity }) => severity === 'blocks') === true;
  const install = async (): Promise<void> => {
    setFailure(undefined);
    try {
      await properties.finder.install(properties.candidate.choice.id);
      toast(t('models.onItsWay', { name: properties.open.offer.name }));
      properties.finder.close();
      properties.onInstalled();
    } catch (error) {
      setFailure(() => error);
    }
  };
  return (
    <div class="grid gap-4">
      <Show when={properties.candidate.inspection.phase === 'reading'}>
        <Progress label={t('models.inspecting')} />
      </Show>
      <Show when={failureOf(properties.candidate)}>
        {(error) => (
          <>
            <ErrorCard error={error()} onAction={again} />
            <Show when={wantsToken(error())}>
              <HubAccess finder={properties.finder} error={error()} onToken={again} />
            </Show>
          </>
        )}
      </Show>
      <Show when={shape()}>{(read) => <Shape shape={read()} />}</Show>
      <Show when={failureOf(properties.candidate) === undefined}>
        <PackingChoice finder={properties.finder} candidate={properties.candidate} />
        <Select
          class="max-w-xs"
          label={t('models.contextLength')}
          hint={t('models.contextHint')}
          value={String(contextLength())}
          options={lengths().map((length) => ({ value: String(length), label: t('models.tokens', { count: length }) }))}
          onChange={(length) => properties.finder.setContextLength(Number(length))}
        />
        <Show when={properties.candidate.fit}>
          {(judged) => <Needs fit={judged()} freeStorageBytes={properties.open.freeStorageBytes} />}
        </Show>
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void install()} />}</Show>
        <Show
          when={properties.candidate.libraryId === undefined}
          fallback={<Banner kind="success">{t('models.installed')}</Banner>}
        >
          <div>
            <Button kind="primary" icon="download" disabled={blocked()} onClick={() => void install()}>
              {t(properties.open.offer.source.kind === 'files' ? 'models.installFiles' : 'models.install', {
                amount: formatBytes(properties.candidate.choice.downloadBytes),
              })}
            </Button>
          </div>
        </Show>
      </Show>
    </div>
  );
}

export function OfferView(properties: {
  readonly finder: Finder;
  readonly open: Open;
  /** It has just replaced the focused view. */
  readonly takesFocus: boolean;
  readonly onInstalled: () => void;
}): JSX.Element {
  let heading!: HTMLHeadingElement;
  onMount(() => {
    if (properties.takesFocus) heading.focus();
  });
  const offer = () => properties.open.offer;
  const selected = (): Candidate | undefined =>
    properties.open.candidates.find(({ choice }) => choice.id === properties.open.selected);
  const origin = (): string => {
    const { source } = offer();
    const revision =
      source.kind === 'hub' ? t('models.offerRevision', { revision: shortHash(source.revision) }) : undefined;
    return [sourceText(source), revision, offer().licence].filter((part) => part !== undefined).join(' · ');
  };
  return (
    <div class="grid gap-5">
      <div class="flex flex-wrap items-start justify-between gap-3">
        <div class="grid min-w-0 gap-0.5">
          <h3 ref={heading} tabindex="-1" class="text-lg font-medium outline-none wrap-anywhere">
            {offer().name}
          </h3>
          <p class="text-sm text-muted wrap-anywhere">{origin()}</p>
        </div>
        <Button kind="quiet" size="small" onClick={() => properties.finder.close()}>
          {t('models.close')}
        </Button>
      </div>
      <Show when={properties.open.candidates.length === 0 && (offer().onnx ?? []).length === 0}>
        <EmptyState icon="file" title={t('models.noChoices')}>
          {t('models.noChoicesText')}
        </EmptyState>
      </Show>
      <Show when={properties.open.candidates.length > 0}>
        <ChoiceList finder={properties.finder} open={properties.open} />
      </Show>
      <Show when={selected()}>
        {(candidate) => (
          <Selected
            finder={properties.finder}
            open={properties.open}
            candidate={candidate()}
            onInstalled={properties.onInstalled}
          />
        )}
      </Show>
      <Show when={offer().onnx?.length}>
        <OnnxChoices models={offer().onnx ?? []} />
      </Show>
      <Show when={offer().refused.length > 0}>
        <details class="text-sm">
          <summary class="min-h-6">{t('models.refused', { count: offer().refused.length })}</summary>
          <ul class="grid gap-1 pt-2 text-muted">
            <For each={offer().refused}>
              {(file) => (
                <li class="wrap-anywhere">
                  {file.name}: {t(`models.refused.${file.reason}`)}
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
    </div>
  );
}
