// Golden blocks: unpacked bit for bit, on the CPU and on the device, packed byte for byte, and as the weights of a linear layer.
import type { Backend, ElementArray } from '../../src/engine/backend.ts';
import { type BlockFormatName, blockFormat, blockFormatNames } from '../../src/engine/formats/blockFormats.ts';
import { dequantize } from '../../src/engine/formats/dequantize.ts';
import { hasScales } from '../../src/engine/formats/deviceLayout.ts';
import { embeddingOperators } from '../../src/engine/kernels/embedding/embedding.ts';
import { linearOperators } from '../../src/engine/kernels/linear/linear.ts';
import { testNoise } from '../../src/engine/kernels/testNoise.ts';
import { packWeight } from '../../src/engine/quant/packWeight.ts';
import { quantize } from '../../src/engine/quant/quantize.ts';
import { runOperator } from '../../src/engine/testing/runOperator.ts';
import type { CasesOfFolder } from './conformanceCase.ts';
import { countDifferences, hasFiles, openTensors, readBytes, readFloats } from './goldenFiles.ts';

const encodable: ReadonlySet<string> = new Set(
  blockFormatNames.filter((name) => blockFormat(name).quantize !== undefined),
);

/** Rows of x: one, as in decoding, and enough for a tile and its edge. */
const rowCounts = [1, 19];

interface Blocks {
  readonly format: BlockFormatName;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: Uint8Array;
  readonly values: Float32Array<ArrayBuffer>;
}

function operands({ format, bytes, rows, columns }: Blocks): Record<string, ElementArray> {
  const { codes, scales } = packWeight(format, bytes, rows, columns);
  return hasScales(format) ? { codes, scales } : { codes };
}

/** All rows looked up. Zeros may have either sign, and a device may flush subnormal numbers to zero. */
async function unpackedOnDevice(backend: Backend, blocks: Blocks): Promise<number> {
  const { format, rows, columns, values } = blocks;
  const data = {
    ids: Uint32Array.from({ length: rows }, (_, row) => row),
    ...operands(blocks),
    y: new Float32Array(rows * columns),
  };
  const constants = { columns, firstRow: 0, tableRows: rows };
  const unpacked = await runOperator(backend, embeddingOperators[format], data, constants, rows, 'y');
  const plain = (list: ElementArray): number[] =>
    Array.from(list, (value) => (Math.abs(value) < 2 ** -126 ? 0 : value));
  return countDifferences(plain(unpacked), plain(values));
}

/** Largest difference of y = x W' from sums in f64, relative to the sum of magnitudes. */
async function linearError(backend: Backend, blocks: Blocks, rows: number): Promise<number> {
  const { format, rows: outputs, columns: inputs, values } = blocks;
  const x = testNoise(rows * inputs, 3);
  const data = { x, ...operands(blocks), y: new Float32Array(rows * outputs) };
  const constants = { rows, inputs, outputs, stride: outputs, scale: 1, accumulate: 0 };
  const y = await runOperator(backend, linearOperators[format], data, constants, rows, 'y');
  let worst = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let output = 0; output < outputs; output += 1) {
      let sum = 0;
      // Far above what is subnormal, far below any weight that matters.
      let magnitude = 2 ** -100;
      for (let k = 0; k < inputs; k += 1) {
        const product = (x[row * inputs + k] as number) * (values[output * inputs + k] as number);
        sum += product;
        magnitude += Math.abs(product);
      }
      const error = Math.abs((y[row * outputs + output] as number) - sum) / magnitude;
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

export const cases: CasesOfFolder = async function* (folder, backend) {
  for (const file of ['cases.safetensors', 'k_cases.safetensors']) {
    if (!hasFiles(folder, file)) continue;
    const golden = await openTensors(folder, file);
    for (const name of golden.tensors.keys()) {
      const [group, spelling, kind] = name.split('/');
      if (group === undefined || spelling === undefined || kind !== 'bytes') continue;
      const format = blockFormatNames.find((each) => each === spelling.toLowerCase());
      if (format === undefined) {
        yield { name, run: async () => ({ unsupported: `the format ${spelling} is not read` }) };
        continue;
      }
      const [rows = 0, columns = 0] = golden.tensors.get(`${group}/${spelling}/values`)?.shape ?? [];
      yield {
        name: `${group}/${spelling} unpack`,
        async run() {
          const values = dequantize(format, await readBytes(golden, name), rows, columns);
          return {
            error: countDifferences(values, await readFloats(golden, `${group}/${spelling}/values`)),
            tolerance: 0,
            note: `${values.length} values`,
          };
        },
      };
      const load = async (): Promise<Blocks> => ({
        format,
        rows,
        columns,
        bytes: await readBytes(golden, name),
        values: await readFloats(golden, `${group}/${spelling}/values`),
      });
      yield {
        name: `${group}/${spelling} unpack on the device`,
        run: async () => ({ error: await unpackedOnDevice(backend, await load()), tolerance: 0 }),
      };
      for (const count of rowCounts) {
        yield {
          name: `${group}/${spelling} linear, ${count === 1 ? '1 row' : `${count} rows`}`,
          run: async () => ({ error: await linearError(backend, await load(), count), tolerance: 1e-6 }),
        };
      }
      if (!encodable.has(format) || !golden.tensors.has(`${group}/f32`)) continue;
      yield {
        name: `${group}/${spelling} pack`,
        async run() {
          const bytes = quantize(format, await readFloats(golden, `${group}/f32`), rows, columns);
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
