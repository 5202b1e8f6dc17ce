import type { DeviceReport } from '../../engine/index.ts';
import type { RuntimeModel } from './types.ts';

/** Why a model cannot run here. */
export type MissingNeed =
  | { readonly code: 'webgpu' }
  | { readonly code: 'feature'; readonly feature: string }
  | { readonly code: 'binding'; readonly neededBytes: number; readonly availableBytes: number };

/**
 * Requirements of `model` that this device does not meet; empty: it can be tried. `device`: the engine's report (`probe`),
 * undefined without a GPU. Browsers do not report memory, so nothing is concluded about it.
 */
export function missingNeeds(model: RuntimeModel, device: DeviceReport | undefined): readonly MissingNeed[] {
  const gpu = device === undefined || device.architecture === 'cpu' ? undefined : device;
  if (gpu === undefined) return model.webGpu === 'required' ? [{ code: 'webgpu' }] : [];
  const missing: MissingNeed[] = model.features
    .filter((feature) => !gpu.features.includes(feature))
    .map((feature) => ({ code: 'feature', feature }));
  const available = gpu.limits['maxStorageBufferBindingSize'];
  if (model.bindingBytes !== undefined && available !== undefined && available < model.bindingBytes)
    missing.push({ code: 'binding', neededBytes: model.bindingBytes, availableBytes: available });
  return missing;
}
