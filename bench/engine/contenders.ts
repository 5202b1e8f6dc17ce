// Which engines are measured, where, and with which settings: each peer with its best settings for the kind of device.
import type { NodeEngine } from './nodeChild.ts';
import type { PageEngine } from './page.ts';
import { graphOf, type Subject } from './subjects.ts';

export type Contender = {
  readonly label: string;
  /** The comparison that its figures belong to. */
  readonly role: 'ours' | 'llama.cpp Vulkan' | 'ONNX Runtime' | 'beside';
  /** Only for devices that run shaders on a real GPU. */
  readonly realDeviceOnly?: boolean;
} & (
  | { readonly place: 'Node'; readonly engine: (subject: Subject) => Promise<NodeEngine> }
  | { readonly place: 'Chromium'; readonly engine: (subject: Subject) => Promise<PageEngine> }
);

/** Context length that every engine reserves. */
export const CONTEXT_LENGTH = 1_536;

const graph = (subject: Subject, activations: 'float32' | 'float16', accuracyLevel: 0 | 4): Promise<string> =>
  graphOf(subject, { activations, accuracyLevel, contextLength: CONTEXT_LENGTH });

function llamaCpp(backend: 'vulkan' | 'cpu', flashAttention: boolean): () => Promise<NodeEngine> {
  return async () => ({ name: 'llama.cpp', backend, flashAttention });
}

function onnxRuntime(
  provider: 'webgpu' | 'cpu',
  activations: 'float32' | 'float16',
  accuracyLevel: 0 | 4,
): (subject: Subject) => Promise<NodeEngine> {
  return async (subject) => ({
    name: 'onnxruntime',
    provider,
    activations,
    graph: await graph(subject, activations, accuracyLevel),
  });
}

function onnxRuntimeWeb(provider: 'webgpu' | 'wasm', accuracyLevel: 0 | 4): (subject: Subject) => Promise<PageEngine> {
  return async (subject) => ({
    name: 'onnxruntime',
    provider,
    graph: `/${await graph(subject, 'float32', accuracyLevel)}`,
  });
}

export const contenders: readonly Contender[] = [
  { label: 'ours, Dawn', role: 'ours', place: 'Node', engine: async () => ({ name: 'tributary', device: 'gpu' }) },
  { label: 'llama.cpp Vulkan', role: 'llama.cpp Vulkan', place: 'Node', engine: llamaCpp('vulkan', false) },
  {
    label: 'llama.cpp Vulkan, flash attention',
    role: 'llama.cpp Vulkan',
    place: 'Node',
    engine: llamaCpp('vulkan', true),
  },
  {
    label: 'ONNX Runtime WebGPU, f32',
    role: 'ONNX Runtime',
    place: 'Node',
    engine: onnxRuntime('webgpu', 'float32', 0),
  },
  {
    // Measured ten times slower than f32 on lavapipe; on hardware GPUs it is the format that models are published for.
    label: 'ONNX Runtime WebGPU, f16 and int8 products',
    role: 'ONNX Runtime',
    realDeviceOnly: true,
    place: 'Node',
    engine: onnxRuntime('webgpu', 'float16', 4),
  },
  {
    label: 'ours, processor',
    role: 'beside',
    place: 'Node',
    engine: async () => ({ name: 'tributary', device: 'cpu' }),
  },
  { label: 'llama.cpp CPU', role: 'beside', place: 'Node', engine: llamaCpp('cpu', true) },
  { label: 'ONNX Runtime CPU, int8 products', role: 'beside', place: 'Node', engine: onnxRuntime('cpu', 'float32', 4) },
  {
    label: 'ours, Chromium',
    role: 'ours',
    place: 'Chromium',
    engine: async () => ({ name: 'tributary', device: 'gpu' }),
  },
  {
    label: 'ONNX Runtime Web WebGPU, f32',
    role: 'ONNX Runtime',
    place: 'Chromium',
    engine: onnxRuntimeWeb('webgpu', 0),
  },
  {
    label: 'wllama WebGPU',
    role: 'beside',
    place: 'Chromium',
    engine: async () => ({ name: 'wllama', backend: 'webgpu' }),
  },
  {
    label: 'ours, Chromium, processor',
    role: 'beside',
    place: 'Chromium',
    engine: async () => ({ name: 'tributary', device: 'cpu' }),
  },
  {
    label: 'wllama WebAssembly',
    role: 'beside',
    place: 'Chromium',
    engine: async () => ({ name: 'wllama', backend: 'wasm' }),
  },
  {
    label: 'ONNX Runtime Web WebAssembly, int8 products',
    role: 'beside',
    place: 'Chromium',
    engine: onnxRuntimeWeb('wasm', 4),
  },
];
