// The embedded base model on a backend chosen by name, for the tools that train and examine its adapters.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backend } from '../src/engine/backend.ts';
import type { LoadedModel } from '../src/engine/model/decoderWeights.ts';
import { loadModel } from '../src/engine/model/loadModel.ts';
import { openModelFile } from '../src/engine/openModelFile.ts';
import { createReferenceBackend } from '../src/engine/reference/createReferenceBackend.ts';
import { openTokenizer, type TextTokenizer } from '../src/engine/tokenizer/openTokenizer.ts';
import { createWasmBackend } from '../src/engine/wasm/createWasmBackend.ts';
import { chooseVulkanDriver } from './vulkanDriver.ts';

export const seedlingPath = path.join(path.dirname(import.meta.dirname), 'public/models/seedling/seedling.Q8_0.gguf');

async function openBackend(name: string): Promise<Backend> {
  if (name === 'dawn') {
    chooseVulkanDriver();
    const { openDawnBackend } = await import('../src/engine/webgpu/node.ts');
    return await openDawnBackend();
  }
  const backend = name === 'wasm' ? createWasmBackend() : name === 'reference' ? createReferenceBackend() : undefined;
  if (backend === undefined) throw new Error(`No backend "${name}" here; there are wasm, dawn and reference.`);
  return backend;
}

export async function openSeedling(
  backendName: string,
): Promise<{ readonly model: LoadedModel; readonly tokenizer: TextTokenizer }> {
  const file = await openModelFile([
    { name: path.basename(seedlingPath), blob: new Blob([readFileSync(seedlingPath)]) },
  ]);
  const { tokenizerJson, tokenizerConfig, chatTemplate, config } = file;
  if (tokenizerJson === undefined || chatTemplate === undefined) throw new Error('The seedling has no tokenizer.');
  const tokenizer = openTokenizer({
    tokenizerJson,
    ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }),
    chatTemplate,
    endOfSequenceIds: config.endOfSequenceIds,
  });
  return { model: await loadModel(await openBackend(backendName), file, { contextLength: 512 }), tokenizer };
}
