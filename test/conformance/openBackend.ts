// The backend that a conformance run measures, by its name on the command line.
import type { Backend } from '../../src/engine/backend.ts';
import { chooseVulkanDriver } from '../../tools/vulkanDriver.ts';

export async function openBackend(name: string): Promise<Backend> {
  if (name === 'dawn') {
    chooseVulkanDriver();
    const { openDawnBackend } = await import('../../src/engine/webgpu/node.ts');
    return await openDawnBackend();
  }
  if (name === 'reference') {
    const { createReferenceBackend } = await import('../../src/engine/reference/createReferenceBackend.ts');
    return createReferenceBackend();
  }
  if (name === 'wasm') {
    const { createWasmBackend } = await import('../../src/engine/wasm/createWasmBackend.ts');
    const backend = createWasmBackend();
    if (backend !== undefined) return backend;
    throw new Error('This Node has no WebAssembly SIMD.');
  }
  throw new Error(`No backend is called ${name}; there are dawn, wasm and reference.`);
}
