// Golden blocks: unpacked to the bit, packed to the byte.
import type { StoredFormat } from '../../src/engine/modelFile.ts';
import { dequantize } from '../../src/engine/quant/dequantize.ts';
import { type EncodableFormat, quantize } from '../../src/engine/quant/quantize.ts';
import { storedFormats } from '../../src/engine/quant/storedFormats.ts';
import type { CasesOfFolder } from './conformanceCase.ts';
import { countDifferences, hasFiles, openTensors, readBytes, readFloats } from './goldenFiles.ts';

const encodable: ReadonlySet<string> = new Set<EncodableFormat>(['q4_0', 'q4_1', 'q5_0', 'q5_1', 'q8_0']);

export const cases: CasesOfFolder = async function* (folder) {
  for (const file of ['cases.safetensors', 'k_cases.safetensors']) {
    if (!hasFiles(folder, file)) continue;
    const golden = await openTensors(folder, file);
    for (const name of golden.tensors.keys()) {
      const [group, spelling, kind] = name.split('/');
      if (group === undefined || spelling === undefined || kind !== 'bytes') continue;
      const format = spelling.toLowerCase();
      if (!Object.hasOwn(storedFormats, format)) {
        yield { name, run: async () => ({ unsupported: `the format ${spelling} is not read` }) };
        continue;
      }
      const [rows = 0, columns = 0] = golden.tensors.get(`${group}/${spelling}/values`)?.shape ?? [];
      yield {
        name: `${group}/${spelling} unpack`,
        async run() {
          const values = dequantize(format as StoredFormat, await readBytes(golden, name), rows, columns);
          return {
            error: countDifferences(values, await readFloats(golden, `${group}/${spelling}/values`)),
            tolerance: 0,
            note: `${values.length} values`,
          };
        },
      };
      if (!encodable.has(format) || !golden.tensors.has(`${group}/f32`)) continue;
      yield {
        name: `${group}/${spelling} pack`,
        async run() {
          const bytes = quantize(format as EncodableFormat, await readFloats(golden, `${group}/f32`), rows, columns);
          return {
            error: countDifferences(bytes, await readBytes(golden, name)),
            tolerance: 0,
            note: `${bytes.length} bytes`,
          };
        },
      };
    }
  }
};
