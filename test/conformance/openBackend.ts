// The backend that a conformance run measures, by its name on the command line.
import { acquireDevice, type Backend, createReferenceBackend, createWebGpuBackend } from '../../src/engine/index.ts';
import { createWasmBackend } from '../../src/engine/wasm/createWasmBackend.ts';
import { installChromium } from '../../tools/installChromium.ts';
import { chooseVulkanDriver } from '../../tools/vulkanDriver.ts';
import { openChromiumGpu } from './chromiumGpu.ts';

export const backendNames = ['dawn', 'chromium', 'wasm', 'reference'] as const;

/** Variants are tried before one is chosen, as in the product. */
const asUsed = { tryVariants: true };

export interface MeasuredBackend {
  readonly backend: Backend;
  close(): Promise<void>;
}

export async function openBackend(name: string): Promise<MeasuredBackend> {
  const alone = (backend: Backend): MeasuredBackend => ({ backend, close: async () => backend.destroy() });
  if (name === 'dawn') {
    chooseVulkanDriver();
    const { openDawnBackend } = await import('../../src/engine/webgpu/node.ts');
    return alone(await openDawnBackend(asUsed));
  }
  if (name === 'chromium') {
    installChromium();
    const { gpu, close } = await openChromiumGpu();
    return { backend: createWebGpuBackend(await acquireDevice(gpu), asUsed), close };
  }
  if (name === 'reference') return alone(createReferenceBackend());
  const backend = name === 'wasm' ? createWasmBackend() : undefined;
  if (backend !== undefined) return alone(backend);
  throw new Error(`There is no backend "${name}" here; there are ${backendNames.join(', ')}.`);
}
