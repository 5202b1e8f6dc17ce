// For tests only: blocks of every quantised format with their dequantised values.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WeightFormat } from '../formats/blockFormats.ts';
import { openSafetensors } from '../safetensors/openSafetensors.ts';

const golden = path.join(import.meta.dirname, '../../../test/golden/engine-formats/quant');

export interface GoldenBlocks {
  readonly name: string;
  readonly format: WeightFormat;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: Uint8Array;
  readonly values: Float32Array;
  readonly source: Float32Array | undefined;
}

async function load(file: string): Promise<GoldenBlocks[]> {
  const { tensors } = await openSafetensors({ name: file, blob: new Blob([readFileSync(path.join(golden, file))]) });
  const f32 = async (name: string) => {
    const bytes = await tensors.get(name)?.read();
    return bytes && new Float32Array(bytes.buffer);
  };
  const cases: GoldenBlocks[] = [];
  for (const tensor of tensors.values()) {
    const [group = '', format = '', kind] = tensor.name.split('/');
    if (kind !== 'bytes') continue;
    const values = tensors.get(`${group}/${format}/values`);
    const [rows = 0, columns = 0] = values?.shape ?? [];
    cases.push({
      name: `${group} ${format}`,
      format: format.toLowerCase() as WeightFormat,
      rows,
      columns,
      bytes: await tensor.read(),
      values: (await f32(`${group}/${format}/values`)) as Float32Array,
      source: await f32(`${group}/f32`),
    });
  }
  return cases;
}

export const goldenBlocks = async (): Promise<GoldenBlocks[]> => [
  ...(await load('cases.safetensors')),
  ...(await load('k_cases.safetensors')),
];
