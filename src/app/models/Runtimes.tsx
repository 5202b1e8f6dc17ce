// Models of external runtimes: WebLLM's own list, and ONNX models of the Hub. Requirements and limits are shown before a
// model is chosen; nothing is requested from any network before that.
import { createMemo, createResource, createSignal, For, type JSX, Show } from 'solid-js';
import type { DeviceReport } from '../../engine/index.ts';
import type { RuntimeModel } from '../../models/index.ts';
import { t } from '../i18n/t.ts';
import { engine } from '../state/engine.ts';
import {
  addExternalModel,
  chatRuntimeState,
  type ExternalModel,
  externalModelId,
  externalModels,
  listWebLlmModels,
  removeExternalModel,
  restoreExternalModels,
} from '../state/models/chatRuntimes.ts';
import { keptBytes, missingNeeds } from '../state/models/runtimeNeeds.ts';
import {
  Button,
  ConfirmDialog,
  ErrorCard,
  Field,
  formatBytes,
  IconButton,
  Keyed,
  Section,
  toast,
} from '../ui/index.ts';
import { needText, runtimeFacts } from './runtimeFacts.ts';

/** Rows shown before a search. */
const SHOWN_MODELS = 8;

/** Bytes that a runtime stores for its model, read again after it has loaded one. */
function Kept(properties: { readonly model: ExternalModel }): JSX.Element {
  const [bytes] = createResource(
    () => ({ model: properties.model, phase: chatRuntimeState().phase }),
    ({ model }) => keptBytes(model),
  );
  return (
    <Show when={bytes.latest}>{(amount) => <>{t('models.keptBytes', { amount: formatBytes(amount()) })} </>}</Show>
  );
}

function Chosen(): JSX.Element {
  const [leaving, setLeaving] = createSignal<ExternalModel>();
  const remove = async (model: ExternalModel): Promise<void> => {
    await removeExternalModel(model);
    toast(t('models.removed', { name: model.name }));
  };
  return (
    <>
      <ul class="grid gap-2">
        <Keyed each={externalModels()} by={externalModelId}>
          {(model) => (
            <li class="flex flex-wrap items-center justify-between gap-3 rounded-xl border border-line p-4">
              <div class="grid min-w-0 flex-1 basis-60 gap-0.5">
                <p class="font-medium wrap-anywhere">{model().name}</p>
                <p class="text-sm text-muted">
                  {t(`models.runBy.${model().runtime}`)} <Kept model={model()} />
                  {runtimeFacts(model())}
                </p>
              </div>
              <div class="flex items-center gap-2">
                <a
                  href={`#/chat?model=${encodeURIComponent(externalModelId(model()))}`}
                  class="inline-flex min-h-8 items-center rounded-lg bg-accent px-2.5 text-sm font-medium text-on-accent hover:bg-accent-strong"
                >
                  {t('models.chat')}
                </a>
                <IconButton
                  icon="trash"
                  label={t('models.remove', { name: model().name })}
                  onClick={() => setLeaving(model())}
                />
              </div>
            </li>
          )}
        </Keyed>
      </ul>
      <ConfirmDialog
        open={leaving() !== undefined}
        title={t('models.removeTitle', { name: leaving()?.name ?? '' })}
        text={t('models.removeForeignText')}
        action={t('models.remove', { name: leaving()?.name ?? '' })}
        onConfirm={() => {
          const model = leaving();
          if (model !== undefined) void remove(model);
        }}
        onClose={() => setLeaving(undefined)}
      />
    </>
  );
}

/** `device`: undefined until it was checked. */
function WebLlmList(properties: { readonly device: DeviceReport | undefined }): JSX.Element {
  const [models, setModels] = createSignal<readonly RuntimeModel[]>();
  const [failure, setFailure] = createSignal<unknown>();
  const [words, setWords] = createSignal('');
  const load = async (): Promise<void> => {
    setFailure(undefined);
    try {
      setModels(await listWebLlmModels());
    } catch (error) {
      setFailure(() => error);
    }
  };
  const matching = createMemo(() => {
    const wanted = words().toLowerCase().split(/\s+/);
    return (models() ?? []).filter(({ name }) => wanted.every((word) => name.toLowerCase().includes(word)));
  });
  const add = async (model: RuntimeModel): Promise<void> => {
    await addExternalModel(model as ExternalModel);
    toast(t('models.addedToChat', { name: model.name }));
  };
  return (
    <details
      onToggle={(event) => {
        if (event.currentTarget.open && models() === undefined) void load();
      }}
    >
      <summary class="min-h-8 font-medium">{t('models.webLlm')}</summary>
      <div class="grid gap-3 pt-3">
        <p class="text-sm text-muted">{t('models.webLlmText')}</p>
        <Show when={failure()}>{(error) => <ErrorCard error={error()} onAction={() => void load()} />}</Show>
        <Show when={models()}>
          <Field
            class="max-w-sm"
            label={t('models.filter')}
            type="search"
            value={words()}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <p role="status" class="text-sm text-muted">
            {t('models.matching', { shown: Math.min(SHOWN_MODELS, matching().length), count: matching().length })}
          </p>
          <ul class="grid divide-y divide-line rounded-xl border border-line">
            <For each={matching().slice(0, SHOWN_MODELS)}>
              {(model) => {
                const missing = () => (properties.device === undefined ? [] : missingNeeds(model, properties.device));
                return (
                  <li class="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
                    <div class="grid min-w-0 flex-1 basis-60 gap-0.5">
                      <p class="font-medium wrap-anywhere">{model.name}</p>
                      <p class="text-sm text-muted">{runtimeFacts(model)}</p>
                      <Show when={missing().length > 0}>
                        <p class="text-sm text-warning">{missing().map(needText).join(' ')}</p>
                      </Show>
                    </div>
                    <Button
                      size="small"
                      disabled={properties.device === undefined || missing().length > 0}
                      onClick={() => void add(model)}
                    >
                      {t('models.addToChat', { name: model.name })}
                    </Button>
                  </li>
                );
              }}
            </For>
          </ul>
        </Show>
      </div>
    </details>
  );
}

export function Runtimes(): JSX.Element {
  const [device, setDevice] = createSignal<DeviceReport>();
  void restoreExternalModels();
  // Checked when the section is used: opening the room starts no device.
  const examine = async (): Promise<void> => {
    if (device() === undefined) setDevice(await engine().probe({}));
  };
  return (
    <Section title={t('models.runtimes')} lead={t('models.runtimesLead')}>
      <Chosen />
      <div class="grid gap-2" onFocusIn={() => void examine()}>
        <WebLlmList device={device()} />
        <p class="text-sm text-muted">{t('models.onnxText')}</p>
      </div>
    </Section>
  );
}
