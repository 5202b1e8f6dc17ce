// The embedded base model on a backend chosen by name, for the tools that train and evaluate its adapters.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Backend,
  createReferenceBackend,
  type LoadedModel,
  loadModel,
  openModelFile,
  openTokenizer,
  type TextTokenizer,
} from '../src/engine/index.ts';
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
