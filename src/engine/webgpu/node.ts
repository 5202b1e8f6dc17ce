// WebGPU in Node through Dawn. Only Node programs import this file: browsers must never bundle the native package.
import { create, globals } from 'webgpu';
import type { Backend } from '../backend.ts';
import { acquireDevice } from './acquireDevice.ts';
import { createWebGpuBackend, type WebGpuBackendOptions } from './createWebGpuBackend.ts';
import { napWhile } from './napWhile.ts';

declare global {
  /** Dawn crashes when its instance is collected while a device lives, so the one instance stays reachable for good. */
  var tributaryDawn: GPU | undefined;
}

/** Makes the methods that wait for the device sleep meanwhile. */
function napInWaits(): void {
  const waits = [
    [GPUBuffer.prototype, 'mapAsync'],
    [GPUQueue.prototype, 'onSubmittedWorkDone'],
    [GPUDevice.prototype, 'createComputePipelineAsync'],
  ] as const;
  for (const [prototype, name] of waits) {
    const wait: (...given: unknown[]) => Promise<unknown> = Reflect.get(prototype, name);
    Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]) {
      return napWhile(wait.apply(this, given));
    });
  }
}

/** Dawn's `GPU` object; `VK_ICD_FILENAMES` or `VK_DRIVER_FILES` chooses the Vulkan driver. */
export function dawn(options: readonly string[] = []): GPU {
  if (globalThis.tributaryDawn === undefined) {
    Object.assign(globalThis, globals);
    napInWaits();
    globalThis.tributaryDawn = create([...options]);
  }
  return globalThis.tributaryDawn;
}

/** A backend on Dawn's default adapter. Errors as `acquireDevice`. */
export async function openDawnBackend(options: WebGpuBackendOptions = {}): Promise<Backend> {
  return createWebGpuBackend(await acquireDevice(dawn()), options);
}
