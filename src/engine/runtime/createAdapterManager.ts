// The adapters of one model: their files, their factors on the device, and the plans of their gradients. Files outlive a lost
// device; everything else is recreated on the next one.
import { TributaryError } from '../../lib/errors.ts';
import { type AdapterFile, readAdapter } from '../adapter/readAdapter.ts';
import type { Session } from '../model/createSession.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { type DeviceAdapter, uploadAdapter } from '../model/deviceAdapter.ts';
import type { AdapterSummary, LoadAdapterRequest } from '../service.ts';
import { type PerSampleGradients, perSampleGradients } from '../train/perSampleGradients.ts';

/** A model on a device, and the sequence that runs on it. */
export interface ModelOnDevice {
  readonly model: LoadedModel;
  readonly session: Session;
}

interface AdapterState {
  readonly file: AdapterFile;
  device: DeviceAdapter;
  gradients?: PerSampleGradients;
}

export interface AdapterManager {
  /** Reads an adapter and uploads it, replacing one with the same id. Throws as `readAdapter`. */
  load(request: LoadAdapterRequest, on: ModelOnDevice): Promise<AdapterSummary>;
  /** Throws `ENGINE_ADAPTER_NOT_LOADED`, as do `adapter` and `gradients`. */
  unload(id: string, from: ModelOnDevice): void;
  adapter(id: string): DeviceAdapter;
  /** The adapter's gradients, created on first use. */
  gradients(id: string, on: ModelOnDevice): PerSampleGradients;
  /** Removes everything from the device. The files stay. */
  suspend(from: ModelOnDevice): void;
  /** Uploads all adapters to a reloaded model. */
  resume(on: ModelOnDevice): void;
}

export function createAdapterManager(): AdapterManager {
  const states = new Map<string, AdapterState>();

  function find(id: string): AdapterState {
    const found = states.get(id);
    if (found !== undefined) return found;
    throw new TributaryError({
      code: 'ENGINE_ADAPTER_NOT_LOADED',
      message: 'This adapter is not loaded.',
      facts: { id, loaded: [...states.keys()] },
      hint: 'Load the adapter for this model first.',
    });
  }

  const upload = (id: string, { modules }: AdapterFile, { model }: ModelOnDevice): DeviceAdapter =>
    uploadAdapter(model.backend, id, modules, model.config.layerCount);

  function release(state: AdapterState, { session }: ModelOnDevice): void {
    state.gradients?.destroy();
    delete state.gradients;
    session.forgetAdapter(state.device);
    state.device.destroy();
  }

  return {
    async load({ id, config, weights }, on) {
      const file = await readAdapter({ config, weights, model: on.model.config });
      const previous = states.get(id);
      if (previous !== undefined) release(previous, on);
      states.delete(id);
      states.set(id, { file, device: upload(id, file, on) });
      const { rank, parameterCount, targetModules } = file;
      return { id, rank, parameterCount, targetModules };
    },
    unload(id, from) {
      release(find(id), from);
      states.delete(id);
    },
    adapter: (id) => find(id).device,
    gradients(id, { model }) {
      const state = find(id);
      state.gradients ??= perSampleGradients(model, state.file.modules, { slots: 1 });
      return state.gradients;
    },
    suspend(from) {
      for (const state of states.values()) release(state, from);
    },
    resume(on) {
      for (const [id, state] of states) {
        state.device = upload(id, state.file, on);
        delete state.gradients;
      }
    },
  };
}
