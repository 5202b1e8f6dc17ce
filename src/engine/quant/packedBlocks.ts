// Reassembles and unpacks the blocks of a packed weight: the plain definition that kernels are tested against.
import { type BlockFormatName, blockFormat } from '../formats/blockFormats.ts';
import { deviceLayout } from '../formats/deviceLayout.ts';
import { fileLayout } from '../formats/fileLayout.ts';

/** The bytes of an array of words. */
const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** Returns a function that unpacks block `number` of a weight to the start of an array. `codes` and `scales` as in `Weight`. */
export function packedBlocks(
  format: BlockFormatName,
  codes: Uint32Array,
  scales: Uint32Array | undefined,
): (number: number, values: Float32Array) => void {
  const { codeWords, scaleBytes, scaleAt } = deviceLayout(format);
  const unpack = blockFormat(format).dequantize;
  const source = bytesOf(codes);
  const codeBytes = 4 * codeWords;
  if (scaleBytes === 0) return (number, values) => unpack(source, number * codeBytes, values);
  const apart = bytesOf(scales ?? new Uint32Array());
  const block = new Uint8Array(fileLayout(format).bytes);
  return (number, values) => {
    const from = number * codeBytes;
    for (let i = 0; i < scaleAt; i += 1) block[i] = source[from + i] as number;
    for (let i = 0; i < scaleBytes; i += 1) block[scaleAt + i] = apart[number * scaleBytes + i] as number;
    for (let i = scaleAt; i < codeBytes; i += 1) block[scaleBytes + i] = source[from + i] as number;
    unpack(block, 0, values);
  };
}
