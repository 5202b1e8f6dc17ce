// Above the question's field: what the chosen model is doing, or what must be clicked before it can answer.
import { type JSX, Show } from 'solid-js';
import { t } from '../i18n/t.ts';
import type { AdapterChoice } from '../state/adapters.ts';
import { config } from '../state/config.ts';
import { Button, formatBytes } from '../ui/index.ts';
import { choice } from './choice.ts';
import type { ModelLoading } from './createModelLoading.ts';
import { EngineStatus } from './EngineStatus.tsx';
import { modelName } from './modelName.ts';
import { RuntimeStatus } from './RuntimeStatus.tsx';

/** Where the model's files come from. */
function sourceHost(modelId: string): string {
  const url = config().models.find((model) => model.id === modelId)?.files[0]?.url ?? '';
  return new URL(url, document.baseURI).host;
}

export function ModelNotice(properties: {
  readonly loading: ModelLoading;
  /** Undefined for the base alone. */
  readonly adapter: AdapterChoice | undefined;
}): JSX.Element {
  const { foreign, mustDownload, engineHasChoice, isCancelled, isUntouched, missing, prepare, cancel } =
    properties.loading;
  const size = (): string => formatBytes(missing() ?? 0);
  const coming = (): string => {
    const model = modelName(choice().modelId);
    const { adapter } = properties;
    // The files of others are here already.
    return adapter?.source !== 'config'
      ? t('chat.comingBase', { model, size: size() })
      : t('chat.coming', { model, size: size(), adapter: adapter.name });
  };
  return (
    <>
      <Show when={foreign()}>{(model) => <RuntimeStatus model={model()} />}</Show>
      <Show
        when={foreign() === undefined && mustDownload() && !engineHasChoice()}
        fallback={
          <Show
            when={isCancelled()}
            fallback={
              <Show
                when={isUntouched() && !engineHasChoice() && (missing() ?? 0) > 0}
                fallback={foreign() === undefined && <EngineStatus onRetry={prepare} onCancel={cancel} />}
              >
                <p class="text-sm text-muted">{coming()}</p>
              </Show>
            }
          >
            <Button size="small" class="justify-self-start" icon="download" onClick={prepare}>
              {t('chat.load', { model: modelName(choice().modelId) })}
            </Button>
          </Show>
        }
      >
        <div class="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-accent-soft px-4 py-3">
          <p class="min-w-0 flex-1 basis-64">
            {t('chat.downloadLead', {
              model: modelName(choice().modelId),
              size: size(),
              host: sourceHost(choice().modelId),
            })}
          </p>
          <Button kind="primary" size="small" icon="download" onClick={prepare}>
            {t('chat.download', { size: size() })}
          </Button>
        </div>
      </Show>
    </>
  );
}
