// Quantises f32 weights to the blocks of a format.
import { TributaryError } from '../../lib/errors.ts';
import { type BlockFormatName, blockFormat } from '../formats/blockFormats.ts';
import { signedLargest } from '../formats/quantizeBlock.ts';

function notFinite(row: number, column: number, value: string): TributaryError {
  return new TributaryError({
    code: 'WEIGHT_NOT_FINITE',
    message: 'A weight is not a finite number.',
    facts: { row, column, value },
    hint: 'Get the model or adapter again from its source.',
  });
}

function checkNumbers(values: Float32Array, columns: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw notFinite(Math.floor(at / columns), at % columns, String(values[at]));
}

/**
 * `values`, f32 [rows, columns], in a block format. Rows whose length is not a multiple of 32 are zero-padded. Throws
 * `ENGINE_PLAN_INVALID` for a read-only format, `WEIGHT_NOT_FINITE` with the place of a NaN or infinity, or of a block whose scale
 * overflows f16 and would be silently corrupted.
 */
export function quantize(
  format: BlockFormatName,
  values: Float32Array,
  rows: number,
  columns: number,
): Uint8Array<ArrayBuffer> {
  const { file, quantize: quantizeBlock } = blockFormat(format);
  const { elements, bytes: blockBytes, halves = [] } = file;
  if (quantizeBlock === undefined) {
    throw new TributaryError({
      code: 'ENGINE_PLAN_INVALID',
      message: `Weights cannot be quantised to ${format} here.`,
      facts: { format },
      hint: 'This is a mistake in the program: report it with these details.',
    });
  }
  const blocksPerRow = Math.ceil(columns / elements);
  const bytes = new Uint8Array(rows * blocksPerRow * blockBytes);
  const last = new Float32Array(elements);
  checkNumbers(values, columns);
  for (let row = 0; row < rows; row += 1) {
    for (let index = 0; index < blocksPerRow; index += 1) {
      const begin = row * columns + index * elements;
      const end = Math.min(begin + elements, (row + 1) * columns);
      let block = values.subarray(begin, end);
      if (block.length < elements) {
        last.fill(0);
        last.set(block);
        block = last;
      }
      const at = (row * blocksPerRow + index) * blockBytes;
      quantizeBlock(block, bytes, at);
      if (halves.some((place) => ((bytes[at + place + 1] as number) & 0x7c) === 0x7c))
        throw notFinite(
          row,
          begin - row * columns,
          `a block of up to ${signedLargest(block)}, too large for ${format}`,
        );
    }
  }
  return bytes;
}
