// The tensor types that a GGUF file may name, with their block sizes. Types without `format` are known to the container (so
// that sizes can be checked) and refused by name if a model needs them. Numbers: ggml's enum, whose gaps are removed types.
import type { FileLayout } from '../formats/blockFormat.ts';
import { blockFormat, blockFormatNames, type WeightFormat } from '../formats/blockFormats.ts';
import { fileLayout } from '../formats/fileLayout.ts';

export interface GgufTensorType extends Pick<FileLayout, 'elements' | 'bytes'> {
  readonly name: string;
  readonly format?: WeightFormat;
}

const known = (name: string, elements: number, bytes: number): GgufTensorType => ({ name, elements, bytes });

export const ggufTensorTypes: ReadonlyMap<number, GgufTensorType> = new Map<number, GgufTensorType>([
  [0, { name: 'F32', format: 'f32', ...fileLayout('f32') }],
  ...blockFormatNames.map((format) => {
    const { ggml, file } = blockFormat(format);
    return [ggml.type, { name: ggml.name, format, elements: file.elements, bytes: file.bytes }] as const;
  }),
  [9, known('Q8_1', 32, 36)],
  [15, known('Q8_K', 256, 292)],
  [16, known('IQ2_XXS', 256, 66)],
  [17, known('IQ2_XS', 256, 74)],
  [18, known('IQ3_XXS', 256, 98)],
  [19, known('IQ1_S', 256, 50)],
  [21, known('IQ3_S', 256, 110)],
  [22, known('IQ2_S', 256, 82)],
  [24, known('I8', 1, 1)],
  [25, known('I16', 1, 2)],
  [26, known('I32', 1, 4)],
  [27, known('I64', 1, 8)],
  [28, known('F64', 1, 8)],
  [29, known('IQ1_M', 256, 56)],
  [34, known('TQ1_0', 256, 54)],
  [35, known('TQ2_0', 256, 66)],
]);
