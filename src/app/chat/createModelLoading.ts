// Loading the chosen model: whether it must be downloaded first, when that starts by itself, and stopping it.
import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import type { AdapterChoice } from '../state/adapters.ts';
import { cancelLoading, engineState, ensureAdapter, ensureModel } from '../state/engine.ts';
import { createLoaded } from '../state/live.ts';
import { type ExternalModel, externalModel, isRuntimeReady } from '../state/models/chatRuntimes.ts';
import { missingBytes } from '../state/models/modelFiles.ts';
import { choice } from './choice.ts';
import { writing } from './writing.ts';

/** Files beyond this are never fetched without a click. */
const UNASKED_BYTES = 20_000_000;
/** The room is drawn and can be used before a model starts to load by itself. */
const SETTLE_MILLISECONDS = 300;

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
  /** Loads the chosen model with its adapter. */
  prepare(): void;
  cancel(): void;
}

/** `adapters` undefined: not known yet. `adapter`: the chosen one. */
export function createModelLoading(
  adapters: Accessor<readonly AdapterChoice[] | undefined>,
  adapter: Accessor<AdapterChoice | undefined>,
): ModelLoading {
  const [cancelled, setCancelled] = createSignal<string>();
  const foreign = (): ExternalModel | undefined => externalModel(choice().modelId);
  const counted = createLoaded(
    () => {
      // Asked again when a loading ends.
      engineState().phase;
      return choice().modelId === '' || foreign() !== undefined ? undefined : choice().modelId;
    },
    async (modelId) => ({ modelId, bytes: await missingBytes(modelId) }),
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
    // Failures are part of the engine's state, shown by EngineStatus.
    const loading: Promise<unknown> = current === undefined ? ensureModel(choice().modelId) : ensureAdapter(current);
    loading.catch(() => undefined);
  };

  // A small model is fetched as soon as the room stands; a big one waits for a click.
  createEffect(
    on([missing, adapters], ([bytes, known]) => {
      if (bytes === undefined || known === undefined || bytes > UNASKED_BYTES || engineHasChoice()) return;
      const { modelId } = choice();
      // Whoever stopped a loading does not want it to start again by itself.
      if (cancelled() === modelId) return;
      setTimeout(() => {
        if (choice().modelId === modelId && !engineHasChoice() && writing() === undefined) prepare();
      }, SETTLE_MILLISECONDS);
    }),
  );

  return {
    missing,
    foreign,
    mustDownload,
    engineHasChoice,
    isReady,
    // The engine may have gone back to the model before.
    isCancelled: () => cancelled() === choice().modelId && !engineHasChoice(),
    prepare,
    cancel() {
      setCancelled(choice().modelId);
      cancelLoading();
    },
  };
}
