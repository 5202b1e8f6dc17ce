// How the formats lie on a device: as blocks of GGML, word by word. A block whose bytes are no multiple of 4 gives its scale to a
// tensor of its own, where the scales of several blocks share a word: so the rest is whole words, and nothing is padded.
import type { WeightFormat } from '../backend.ts';

export type PackedFormat = Exclude<WeightFormat, 'f32'>;

export interface WeightLayout {
  /** Elements of a block. */
  readonly elements: number;
  /** Words that a block has in `codes`. */
  readonly codeWords: number;
  /** Bytes that a block has in `scales`; 0: there is no such tensor. */
  readonly scaleBytes: 0 | 1 | 2 | 4;
  /** Where those bytes are in the stored block. */
  readonly scaleAt: number;
}

const whole = (elements: number, codeWords: number): WeightLayout => ({
  elements,
  codeWords,
  scaleBytes: 0,
  scaleAt: 0,
});

export const weightLayouts: Readonly<Record<PackedFormat, WeightLayout>> = {
  // Rows of halves are padded to whole blocks of 32.
  f16: whole(32, 16),
  bf16: whole(32, 16),
  q4_0: { elements: 32, codeWords: 4, scaleBytes: 2, scaleAt: 0 },
  q4_1: { elements: 32, codeWords: 4, scaleBytes: 4, scaleAt: 0 },
  q5_0: { elements: 32, codeWords: 5, scaleBytes: 2, scaleAt: 0 },
  q5_1: whole(32, 6),
  q8_0: { elements: 32, codeWords: 8, scaleBytes: 2, scaleAt: 0 },
  q2_k: whole(256, 21),
  q3_k: { elements: 256, codeWords: 27, scaleBytes: 2, scaleAt: 108 },
  q4_k: whole(256, 36),
  q5_k: whole(256, 44),
  q6_k: { elements: 256, codeWords: 52, scaleBytes: 2, scaleAt: 208 },
  iq4_nl: { elements: 32, codeWords: 4, scaleBytes: 2, scaleAt: 0 },
  iq4_xs: whole(256, 34),
  mxfp4: { elements: 32, codeWords: 4, scaleBytes: 1, scaleAt: 0 },
};

/** Every format of a weight. */
export const weightFormats = ['f32', ...Object.keys(weightLayouts)] as readonly WeightFormat[];

/** Whether a weight of this format has the tensor `scales`. */
export const hasScales = (format: WeightFormat): boolean => format !== 'f32' && weightLayouts[format].scaleBytes > 0;

/** Words of the tensors of a matrix. `scales` is 0 where the format has none. */
export function weightWords(
  format: WeightFormat,
  rows: number,
  columns: number,
): { readonly codes: number; readonly scales: number } {
  if (format === 'f32') return { codes: rows * columns, scales: 0 };
  const { elements, codeWords, scaleBytes } = weightLayouts[format];
  const blocks = rows * Math.ceil(columns / elements);
  return { codes: blocks * codeWords, scales: Math.ceil((blocks * scaleBytes) / 4) };
}
