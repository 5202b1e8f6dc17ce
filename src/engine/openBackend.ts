// Opens the compute device: the GPU by WebGPU, or the CPU by WebAssembly if there is no hardware GPU.
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
  /** Default: `automatic`. */
  readonly device?: DeviceChoice | undefined;
  /** WebGPU's entry point. Default: the browser's. In Node: `dawn()` of `webgpu/node.ts`. */
  readonly gpu?: GPU | undefined;
}

function openCpu(): OpenedBackend {
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
 * The backend of the requested device. `automatic`: the GPU, unless there is none or its driver renders in software, which was ten
 * times slower than WebAssembly on the same CPU.
 *
 * Throws as `acquireDevice` if `gpu` is requested and not available.
 */
export async function openBackend({ device = 'automatic', gpu }: OpenBackendOptions = {}): Promise<OpenedBackend> {
  if (device === 'cpu') return openCpu();
  if (device === 'gpu') return await openGpu(gpu);
  try {
    const opened = await openGpu(gpu);
    if (!opened.software) return opened;
    opened.backend.destroy();
  } catch (error) {
    // Without a usable GPU the CPU takes over; any other failure is reported.
    if (isAbort(error) || !(error instanceof TributaryError)) throw error;
  }
  return openCpu();
}
