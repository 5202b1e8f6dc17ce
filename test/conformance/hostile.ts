// Hostile files: each refused with a typed error that names file and place, or loaded where it is only odd.
import { openAsBlob, readdirSync } from 'node:fs';
import path from 'node:path';
import { openGguf } from '../../src/engine/gguf/openGguf.ts';
import { readGgufHeader } from '../../src/engine/gguf/readGgufHeader.ts';
import { readShardIndex } from '../../src/engine/huggingFace/readShardIndex.ts';
import { openSafetensors } from '../../src/engine/safetensors/openSafetensors.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import type { CasesOfFolder } from './conformanceCase.ts';
import { hasFiles, readJson } from './goldenFiles.ts';

interface HostileCase {
  readonly file: string;
  readonly expected: string;
  readonly reason?: string;
}

async function open(folder: string, { file, expected }: HostileCase): Promise<void> {
  if (file.endsWith('.index.json')) {
    readShardIndex(readJson(folder, file), new Set(readdirSync(folder)));
    return;
  }
  const named = { name: file, blob: await openAsBlob(path.join(folder, file)) };
  if (file.endsWith('.safetensors')) {
    const { tensors } = await openSafetensors(named);
    for (const tensor of tensors.values()) await tensor.read();
    return;
  }
  const header = await readGgufHeader(named);
  // A container may lack what a model needs: only files that must be refused go on to the model loader.
  if (expected === 'refuse' && !header.metadata.has('general.architecture')) await openGguf(named);
  else if (expected === 'refuse' && header.metadata.get('general.architecture')?.type !== 'string')
    await openGguf(named);
}

const codes = /^(SAFETENSORS|GGUF)_(INVALID|TRUNCATED)$|^MODEL_INVALID$/;

export const cases: CasesOfFolder = async function* (folder) {
  if (!hasFiles(folder, 'cases.json')) return;
  const items = readJson<unknown>(folder, 'cases.json');
  if (!Array.isArray(items) || (items[0] as HostileCase | undefined)?.file === undefined) return;
  for (const item of items as readonly HostileCase[]) {
    yield {
      name: `${item.file} ${item.expected === 'refuse' ? 'is refused' : 'loads'}`,
      async run() {
        try {
          await open(folder, item);
          return { error: item.expected === 'refuse' ? 1 : 0, tolerance: 0 };
        } catch (error) {
          const typed =
            error instanceof TributaryError && codes.test(error.code) && Object.keys(error.facts).length > 0;
          if (item.expected !== 'refuse' || !typed) throw error;
          return { error: 0, tolerance: 0, note: error.message };
        }
      },
    };
  }
};
