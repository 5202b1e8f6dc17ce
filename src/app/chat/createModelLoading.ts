// Loading the chosen model with its adapter and index: whether it must be downloaded first, what starts that, and stopping it.
// Nothing is fetched for somebody who only looks.
import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import type { AdapterChoice } from '../state/adapters.ts';
import { cancelLoading, engineState, ensureModel } from '../state/engine.ts';
import { createLoaded } from '../state/live.ts';
import { type ExternalModel, externalModel, isRuntimeReady } from '../state/models/chatRuntimes.ts';
import { prepareAnswers } from '../state/prepareAnswers.ts';
import { choice } from './choice.ts';
import { writing } from './writing.ts';

/** A model beyond this is only fetched by the button that says its size. */
const UNASKED_BYTES = 20_000_000;

export interface ModelLoading {
  /** Bytes to fetch for the chosen model; undefined while they are counted. */
  readonly missing: Accessor<number | undefined>;
  /** The chosen model when another program runs it. */
  readonly foreign: Accessor<ExternalModel | undefined>;
  /** A click is needed before the chosen model can answer. */
  readonly mustDownload: Accessor<boolean>;
  /** The chosen model is in the engine, or on its way there, or failed to get there. */
  readonly engineHasChoice: Accessor<boolean>;
  readonly isReady: Accessor<boolean>;
  /** The user stopped loading the chosen model, and it has not started again. */
  readonly isCancelled: Accessor<boolean>;
  /** Somebody is about to ask: from now on what is chosen is loaded, unless it is big. Call it as often as you like. */
  begin(): void;
  /** Nobody has begun. */
  readonly isUntouched: Accessor<boolean>;
  /** Loads the chosen model with its adapter and index. */
  prepare(): void;
  cancel(): void;
}

/** `adapters` undefined: not known yet. `adapter`: the chosen one. */
export function createModelLoading(
  adapters: Accessor<readonly AdapterChoice[] | undefined>,
  adapter: Accessor<AdapterChoice | undefined>,
): ModelLoading {
  const [cancelled, setCancelled] = createSignal<string>();
  // Of this visit to the room: who comes back after deleting the files has not asked for them again.
  const [begun, setBegun] = createSignal(false);
  let prepared = '';
  const foreign = (): ExternalModel | undefined => externalModel(choice().modelId);
  const counted = createLoaded(
    () => {
      // Asked again when a loading ends.
      engineState().phase;
      return choice().modelId === '' || foreign() !== undefined ? undefined : choice().modelId;
    },
    async (modelId) => {
      const { missingBytes } = await import('../state/models/modelFiles.ts');
      return { modelId, bytes: await missingBytes(modelId) };
    },
  );
  const missing = (): number | undefined => {
    const result = counted.value();
    return result?.modelId === choice().modelId ? result.bytes : undefined;
  };
  const engineHasChoice = (): boolean => {
    const state = engineState();
    return 'modelId' in state && state.modelId === choice().modelId;
  };
  const isReady = (): boolean => engineHasChoice() && engineState().phase === 'ready';
  const mustDownload = (): boolean => {
    const model = foreign();
    return model === undefined ? (missing() ?? 0) > UNASKED_BYTES && !isReady() : !isRuntimeReady(model);
  };
  const prepare = (): void => {
    setCancelled(undefined);
    const current = adapter();
    const { modelId, adapterId } = choice();
    prepared = `${modelId} ${adapterId}`;
    // Failures are part of the engine's state, shown by EngineStatus.
    if (current === undefined) ensureModel(modelId).catch(() => undefined);
    else void prepareAnswers(current);
  };

  createEffect(
    on([begun, missing, adapters, choice], ([asked, bytes, known, { modelId, adapterId }]) => {
      if (!asked || bytes === undefined || known === undefined || bytes > UNASKED_BYTES) return;
      if (prepared === `${modelId} ${adapterId}`) return;
      // Whoever stopped a loading does not want it to start again by itself, and a failed one is tried again by its button. An
      // answer under way keeps its model.
      if (cancelled() === modelId || (engineHasChoice() && engineState().phase === 'failed')) return;
      if (writing() === undefined) prepare();
    }),
  );

  return {
    missing,
    foreign,
    mustDownload,
    engineHasChoice,
    isReady,
    begin: () => void setBegun(true),
    isUntouched: () => !begun(),
    // The engine may have gone back to the model before.
    isCancelled: () => cancelled() === choice().modelId && !engineHasChoice(),
    prepare,
    cancel() {
      setCancelled(choice().modelId);
      cancelLoading();
    },
  };
}
