// llama.cpp through node-llama-cpp: its prebuilt Vulkan backend, or its CPU backend.
import { cpus } from 'node:os';
import type { Decoder } from './decoder.ts';

interface Sequence {
  clearHistory(): Promise<void>;
  evaluate(
    ids: readonly number[],
    options: { readonly temperature: number; readonly yieldEogToken: boolean },
  ): AsyncGenerator<number>;
}

interface LlamaModel {
  readonly gpuLayers: number;
  createContext(options: {
    readonly contextSize: number;
    readonly batchSize: number;
    readonly flashAttention: boolean;
    readonly sequences: number;
    readonly threads: number;
  }): Promise<{ getSequence(): Sequence }>;
  readonly fileInsights: { readonly totalLayers: number };
}

/** The part of node-llama-cpp in use, which is installed on demand. */
export interface LlamaCpp {
  getLlama(options: {
    readonly gpu: 'vulkan' | false;
    readonly build: 'never';
    readonly skipDownload: boolean;
    readonly logLevel: 'error';
  }): Promise<{
    getGpuDeviceNames(): Promise<readonly string[]>;
    loadModel(options: { readonly modelPath: string; readonly gpuLayers: 'max' | 0 }): Promise<LlamaModel>;
    dispose(): Promise<void>;
  }>;
}

export interface LlamaCppOptions {
  readonly package: LlamaCpp;
  readonly backend: 'vulkan' | 'cpu';
  readonly file: string;
  readonly contextLength: number;
  /** llama.cpp supports both and leaves the choice to its user. */
  readonly flashAttention: boolean;
}

/** Throws a RangeError if Vulkan was requested and llama.cpp does not use it. */
export async function openLlamaCpp(options: LlamaCppOptions): Promise<Decoder> {
  const { backend, file, contextLength, flashAttention } = options;
  const vulkan = backend === 'vulkan';
  const llama = await options.package.getLlama({
    gpu: vulkan ? 'vulkan' : false,
    build: 'never',
    skipDownload: true,
    logLevel: 'error',
  });
  const devices = vulkan ? await llama.getGpuDeviceNames() : [];
  if (vulkan && devices.length === 0) throw new RangeError('llama.cpp found no Vulkan device.');
  const model = await llama.loadModel({ modelPath: file, gpuLayers: vulkan ? 'max' : 0 });
  if (vulkan && model.gpuLayers < model.fileInsights.totalLayers) {
    throw new RangeError(`llama.cpp has ${model.gpuLayers} of ${model.fileInsights.totalLayers} layers on Vulkan.`);
  }
  const context = await model.createContext({
    contextSize: contextLength,
    batchSize: 512,
    flashAttention,
    sequences: 1,
    threads: cpus().length,
  });
  const sequence = context.getSequence();
  let answer: AsyncGenerator<number> | undefined;

  async function following(): Promise<number> {
    const { value, done } = (await answer?.next()) ?? { value: undefined, done: true };
    if (done === true || value === undefined) throw new RangeError('llama.cpp ended its answer.');
    return value;
  }

  return {
    device: vulkan ? devices.join(', ') : 'CPU',
    async start(ids) {
      await answer?.return(undefined);
      await sequence.clearHistory();
      answer = sequence.evaluate(ids, { temperature: 0, yieldEogToken: true });
      return await following();
    },
    next: () => following(),
    close: () => llama.dispose(),
  };
}
