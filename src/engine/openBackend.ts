// Chooses what computes: a graphics device by WebGPU, or the processor by WebAssembly where there is none worth the name.
import { isAbort, TributaryError } from '../lib/errors.ts';
import type { Backend } from './backend.ts';
import { createReferenceBackend } from './reference/createReferenceBackend.ts';
import type { DeviceChoice, DeviceReport } from './service.ts';
import { createWasmBackend } from './wasm/createWasmBackend.ts';
import { acquireDevice } from './webgpu/acquireDevice.ts';
import { createWebGpuBackend } from './webgpu/createWebGpuBackend.ts';
import { deviceReport } from './webgpu/deviceReport.ts';

export interface OpenedBackend {
  readonly backend: Backend;
  readonly report: DeviceReport;
}

export interface OpenBackendOptions {
  /** Default `automatic`. */
  readonly device?: DeviceChoice | undefined;
  /** WebGPU's entry point; default: the browser's. In Node: `dawn()` of `webgpu/node.ts`. */
  readonly gpu?: GPU | undefined;
}

function openProcessor(): OpenedBackend {
  const fast = createWasmBackend();
  const backend = fast ?? createReferenceBackend();
  const features = fast === undefined ? [] : ['simd128'];
  return {
    backend,
    report: {
      description: backend.description,
      vendor: '',
      architecture: 'cpu',
      features,
      limits: {},
      computeDtypes: ['float32'],
    },
  };
}

async function openGpu(gpu: GPU | undefined): Promise<OpenedBackend & { readonly software: boolean }> {
  const acquired = await acquireDevice(gpu);
  const software = acquired.features.has('software');
  return { backend: createWebGpuBackend(acquired, { tryVariants: true }), report: deviceReport(acquired), software };
}

/**
 * The backend of the device asked for. `automatic`: the graphics device, unless there is none or it is one that computes in
 * software, which measured ten times slower than WebAssembly on the same processor.
 *
 * Throws as `acquireDevice` when `gpu` is asked for and cannot be had.
 */
export async function openBackend({ device = 'automatic', gpu }: OpenBackendOptions = {}): Promise<OpenedBackend> {
  if (device === 'cpu') return openProcessor();
  if (device === 'gpu') return await openGpu(gpu);
  try {
    const opened = await openGpu(gpu);
    if (!opened.software) return opened;
    opened.backend.destroy();
  } catch (error) {
    // No usable graphics device is what the processor is for; anything else is a fault to report.
    if (isAbort(error) || !(error instanceof TributaryError)) throw error;
  }
  return openProcessor();
}
