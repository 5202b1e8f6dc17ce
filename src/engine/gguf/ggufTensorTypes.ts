// The tensor types a GGUF file may name, with their block sizes. Types without `format` are known to the container (so
// that sizes can be checked) and refused by name when a model needs them. Numbers: ggml's enum; gaps were removed there.
import type { StoredFormat } from '../modelFile.ts';
import { type BlockSize, storedFormats } from '../quant/storedFormats.ts';

export interface GgufTensorType extends BlockSize {
  readonly name: string;
  readonly format?: StoredFormat;
}

const readable = (name: string, format: StoredFormat): GgufTensorType => ({ name, format, ...storedFormats[format] });
const known = (name: string, elements: number, bytes: number): GgufTensorType => ({ name, elements, bytes });

export const ggufTensorTypes: ReadonlyMap<number, GgufTensorType> = new Map([
  [0, readable('F32', 'f32')],
  [1, readable('F16', 'f16')],
  [2, readable('Q4_0', 'q4_0')],
  [3, readable('Q4_1', 'q4_1')],
  [6, readable('Q5_0', 'q5_0')],
  [7, readable('Q5_1', 'q5_1')],
  [8, readable('Q8_0', 'q8_0')],
  [9, known('Q8_1', 32, 36)],
  [10, readable('Q2_K', 'q2_k')],
  [11, readable('Q3_K', 'q3_k')],
  [12, readable('Q4_K', 'q4_k')],
  [13, readable('Q5_K', 'q5_k')],
  [14, readable('Q6_K', 'q6_k')],
  [15, known('Q8_K', 256, 292)],
  [16, known('IQ2_XXS', 256, 66)],
  [17, known('IQ2_XS', 256, 74)],
  [18, known('IQ3_XXS', 256, 98)],
  [19, known('IQ1_S', 256, 50)],
  [20, readable('IQ4_NL', 'iq4_nl')],
  [21, known('IQ3_S', 256, 110)],
  [22, known('IQ2_S', 256, 82)],
  [23, readable('IQ4_XS', 'iq4_xs')],
  [24, known('I8', 1, 1)],
  [25, known('I16', 1, 2)],
  [26, known('I32', 1, 4)],
  [27, known('I64', 1, 8)],
  [28, known('F64', 1, 8)],
  [29, known('IQ1_M', 256, 56)],
  [30, readable('BF16', 'bf16')],
  [34, known('TQ1_0', 256, 54)],
  [35, known('TQ2_0', 256, 66)],
  [39, readable('MXFP4', 'mxfp4')],
]);
