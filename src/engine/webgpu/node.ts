// WebGPU in Node through Dawn. Only Node programs import this file: browsers must never bundle the native package.
import { create, globals } from 'webgpu';
import type { Backend } from '../backend.ts';
import { acquireDevice } from './acquireDevice.ts';
import { createWebGpuBackend, type WebGpuBackendOptions } from './createWebGpuBackend.ts';
import { pollWithBackoff } from './pollWithBackoff.ts';

declare global {
  /** Dawn crashes if its instance is garbage-collected while a device lives, so the one instance stays reachable forever. */
  var tributaryDawn: GPU | undefined;
}

/** Makes the methods that wait for the device sleep while they wait. */
function napInWaits(): void {
  const waits = [
    [GPUBuffer.prototype, 'mapAsync'],
    [GPUQueue.prototype, 'onSubmittedWorkDone'],
    [GPUDevice.prototype, 'createComputePipelineAsync'],
  ] as const;
  for (const [prototype, name] of waits) {
    const wait: (...given: unknown[]) => Promise<unknown> = Reflect.get(prototype, name);
    Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]) {
      return pollWithBackoff(wait.apply(this, given));
    });
  }
}

/**
 * SwiftShader unrolls Vulkan's zero-initialisation of workgroup memory into one store per element, which takes seconds to
 * compile. Without the extension Dawn writes an equivalent loop into the shader.
 */
function driverOptions(): string[] {
  const driver = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'] ?? '';
  return driver.includes('swiftshader')
    ? ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension']
    : [];
}

/** Dawn's `GPU` object; `VK_ICD_FILENAMES` or `VK_DRIVER_FILES` selects the Vulkan driver. */
export function dawn(options: readonly string[] = []): GPU {
  if (globalThis.tributaryDawn === undefined) {
    Object.assign(globalThis, globals);
    napInWaits();
    globalThis.tributaryDawn = create([...driverOptions(), ...options]);
  }
  return globalThis.tributaryDawn;
}

/** A backend on Dawn's default adapter. Throws as `acquireDevice`. */
export async function openDawnBackend(options: WebGpuBackendOptions = {}): Promise<Backend> {
  return createWebGpuBackend(await acquireDevice(dawn()), options);
}
