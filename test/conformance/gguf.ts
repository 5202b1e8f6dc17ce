// Golden GGUF files: logits and greedy text from their own bytes, and the tokenizer rebuilt from their headers.
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { openModelFile } from '../../src/engine/openModelFile.ts';
import { openTokenizer } from '../../src/engine/tokenizer/openTokenizer.ts';
import type { CasesOfFolder } from './conformanceCase.ts';
import { hasFiles, openTensors, readJson } from './goldenFiles.ts';
import { findUpwards, lazily, unsupportedReason } from './modelFolder.ts';
import { greedyCases, type LazyModel, logitCases } from './runModel.ts';
import { compareTexts } from './tokenizers.ts';

/** Which golden tokenizer a file's header describes, by the `pre` name it was written with. */
const tokenizerOfShape = new Map([
  ['llama', 'llama3-bpe'],
  ['llama31', 'llama3-bpe'],
  ['kquant', 'llama3-bpe'],
  ['qwen2', 'qwen2-bpe'],
]);

export const cases: CasesOfFolder = async function* (folder, backend) {
  if (!hasFiles(folder, 'golden.json', 'golden.safetensors')) return;
  const { files } = readJson<{ readonly files?: Readonly<Record<string, unknown>> }>(folder, 'golden.json');
  const golden = await openTensors(folder, 'golden.safetensors');
  for (const name of Object.keys(files ?? {}).filter((file) => file.endsWith('.gguf'))) {
    const open = async () => openModelFile([{ name, blob: await openAsBlob(path.join(folder, name)) }]);
    const reason = await unsupportedReason(open);
    if (reason !== undefined) {
      yield { name, run: async () => ({ unsupported: reason }) };
      continue;
    }
    const shape = name.split('.')[0] ?? '';
    const prefix = `${name.replace(/\.gguf$/, '')}/`;
    const lazy = lazily(backend, open);
    const load: LazyModel = async () => ({ model: await lazy.load() });
    const promptName = (length: string): string => `${shape}/prompt_${length}`;
    yield* logitCases(golden, prefix, load, { promptName });
    yield* greedyCases(golden, prefix, load, { promptName });
    await lazy.destroy();
    const texts = findUpwards(folder, path.join('tokenizers', tokenizerOfShape.get(shape) ?? 'unknown'));
    const { tokenizerJson, tokenizerConfig } = await open();
    if (texts === undefined || tokenizerJson === undefined) continue;
    const tokenizer = openTokenizer({ tokenizerJson, ...(tokenizerConfig === undefined ? {} : { tokenizerConfig }) });
    for (const check of compareTexts(tokenizer, readJson(texts, 'cases.json')))
      yield { name: `${name} tokenizer: ${check.name}`, run: check.run };
  }
};
