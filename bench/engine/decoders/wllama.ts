// llama.cpp in a page through wllama: on WebAssembly, or on its own WebGPU backend.
import type { Decoder } from './decoder.ts';

interface Chunk {
  readonly choices: readonly { readonly text: string }[];
}

interface Wllama {
  loadModel(files: readonly Blob[], options: Readonly<Record<string, unknown>>): Promise<void>;
  createCompletion(options: Readonly<Record<string, unknown>>): Promise<AsyncIterable<Chunk>>;
  getNumThreads(): number;
  exit(): Promise<void>;
}

/** The part of @wllama/wllama in use, which is installed on demand. */
export interface WllamaPackage {
  readonly Wllama: new (
    paths: { readonly default: string },
    options: { readonly suppressNativeLog: boolean },
  ) => Wllama;
}

export interface WllamaOptions {
  readonly package: WllamaPackage;
  /** URL of wllama.wasm. */
  readonly wasm: string;
  readonly backend: 'webgpu' | 'wasm';
  readonly model: Blob;
  readonly contextLength: number;
  /** Maximum tokens of an answer. */
  readonly steps: number;
}

/** One token in the measured vocabularies, never merged with its neighbours. */
const WORD = ' the';

/**
 * wllama takes and returns text: a prompt has as many words as there are ids, and this decoder returns -1 for every id.
 */
export async function openWllama(options: WllamaOptions): Promise<Decoder> {
  const wllama = new options.package.Wllama({ default: options.wasm }, { suppressNativeLog: true });
  await wllama.loadModel([options.model], {
    n_ctx: options.contextLength,
    n_gpu_layers: options.backend === 'webgpu' ? 999 : 0,
    warmup: false,
  });
  let answer: AsyncIterator<Chunk> | undefined;

  async function following(): Promise<number> {
    const next = await answer?.next();
    if (next === undefined || next.done === true) throw new RangeError('wllama ended its answer.');
    return -1;
  }

  return {
    device: options.backend === 'webgpu' ? 'WebGPU' : `WebAssembly, ${wllama.getNumThreads()} threads`,
    async start(ids) {
      if (answer !== undefined) {
        // Ends the previous answer: the rest of it is read and dropped.
        for (let next = await answer.next(); next.done !== true; ) next = await answer.next();
      }
      const stream = await wllama.createCompletion({
        prompt: WORD.repeat(ids.length),
        // Nothing of an earlier prompt may be reused.
        cache_prompt: false,
        ignore_eos: true,
        temperature: 0,
        max_tokens: options.steps + 1,
        stream: true,
      });
      answer = stream[Symbol.asyncIterator]();
      return await following();
    },
    next: () => following(),
    close: () => wllama.exit(),
  };
}
