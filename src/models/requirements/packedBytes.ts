// Size of a tensor, and of a model, after conversion: estimated from names, shapes and formats.
import type { ModelShape, PackedFormat, Packing, TensorShape } from '../types.ts';

/** Bits per value, block scales included. GGML's formats are the same on the device and in the file. */
const BITS_PER_VALUE: Readonly<Record<string, number>> = {
  f32: 32,
  f16: 16,
  bf16: 16,
  q8_0: 8.5,
  q4_0: 4.5,
  q4_1: 5,
  q5_0: 5.5,
  q5_1: 6,
  q2_k: 2.625,
  q3_k: 3.4375,
  q4_k: 4.5,
  q5_k: 5.5,
  q6_k: 6.5625,
  iq4_nl: 4.5,
  iq4_xs: 4.25,
  mxfp4: 4.25,
};

const valuesOf = ({ shape }: TensorShape): number => shape.reduce((product, size) => product * size, 1);

/** Which format of a packing applies to a tensor; vectors are always f32. */
function formatOf(tensor: TensorShape, packing: Packing): PackedFormat {
  if (tensor.shape.length < 2) return 'f32';
  if (tensor.name === 'model.embed_tokens.weight') return packing.embedding;
  return tensor.name === 'lm_head.weight' ? packing.head : packing.weights;
}

/** Bytes of a tensor on the device and in the packed file. An unknown format counts as f32, the largest. */
export function tensorBytes(tensor: TensorShape, packing: Packing): number {
  const wanted = formatOf(tensor, packing);
  const format = wanted === 'stored' ? tensor.format : wanted;
  return Math.ceil((valuesOf(tensor) * (BITS_PER_VALUE[format] ?? 32)) / 8);
}

/** Bytes of all tensors, and of the largest. */
export function packedBytes(shape: ModelShape, packing: Packing): { readonly total: number; readonly largest: number } {
  let total = 0;
  let largest = 0;
  for (const tensor of shape.tensors) {
    const bytes = tensorBytes(tensor, packing);
    total += bytes;
    largest = Math.max(largest, bytes);
  }
  return { total, largest };
}
