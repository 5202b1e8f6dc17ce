// A model of an external runtime: loaded by a click, because only that runtime knows what it downloads. Shows its limits too.
import { type JSX, Match, Switch } from 'solid-js';
import { t } from '../i18n/t.ts';
import {
  type ChatRuntimeState,
  chatRuntimeState,
  type ExternalModel,
  ensureChatRuntime,
  externalModelId,
  releaseExternalRuntimes,
} from '../state/models/chatRuntimes.ts';
import { Button, ErrorCard, formatBytes, Progress } from '../ui/index.ts';

type Phase = ChatRuntimeState['phase'];

export function RuntimeStatus(properties: { readonly model: ExternalModel }): JSX.Element {
  const inPhase = <Name extends Phase>(
    phase: Name,
  ): Extract<ChatRuntimeState, { readonly phase: Name }> | undefined => {
    const state = chatRuntimeState();
    const mine = 'modelId' in state && state.modelId === externalModelId(properties.model);
    return mine && state.phase === phase ? (state as Extract<ChatRuntimeState, { readonly phase: Name }>) : undefined;
  };
  const load = (): void => {
    // Failures are part of the runtime's state, shown below.
    ensureChatRuntime(externalModelId(properties.model)).catch(() => undefined);
  };
  const program = (): string => t(`chat.program.${properties.model.runtime}`);
  return (
    <Switch
      fallback={
        <div class="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-accent-soft px-4 py-3">
          <p class="min-w-0 flex-1 basis-64">
            {t('chat.programLead', { model: properties.model.name, program: program() })}
            {properties.model.downloadBytes === undefined
              ? ''
              : ` ${t('chat.programBytes', { size: formatBytes(properties.model.downloadBytes) })}`}
          </p>
          <Button kind="primary" size="small" icon="download" onClick={load}>
            {t('chat.load', { model: properties.model.name })}
          </Button>
        </div>
      }
    >
      <Match when={inPhase('loading')}>
        {(state) => (
          <Progress
            label={t('chat.programLoading', { model: properties.model.name, program: program() })}
            done={state().progress.share}
            total={1}
            text={state().progress.text}
            onCancel={releaseExternalRuntimes}
          />
        )}
      </Match>
      <Match when={inPhase('failed')}>{(state) => <ErrorCard error={state().error} onAction={load} />}</Match>
      <Match when={inPhase('ready')}>
        <p class="rounded-xl bg-accent-soft px-4 py-2.5 text-sm">{t('chat.programCannot', { program: program() })}</p>
      </Match>
    </Switch>
  );
}
