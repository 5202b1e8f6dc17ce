// The format of a tensor on the device and in a packed file, from its stored format and the user's choices.
import type { WeightFormat } from '../backend.ts';
import type { ModelFile, StoredTensor } from '../modelFile.ts';

/** `stored` keeps the file's format. */
export type QuantizationChoice = 'stored' | 'f32' | 'f16' | 'q8_0' | 'q4_0';

/** Vectors are always f32. */
export interface QuantizationChoices {
  /** Linear layers. */
  readonly weights: QuantizationChoice;
  /** A tied head shares one table with the embedding. */
  readonly embedding: QuantizationChoice;
  readonly head: QuantizationChoice;
}

export const storedChoices: QuantizationChoices = { weights: 'stored', embedding: 'stored', head: 'stored' };

/**
 * The default choices. Quantised files keep their formats. Unquantised weights become Q8_0, which halves their size without
 * noticeably changing answers; four bits without calibration do change them, so they must be chosen explicitly.
 */
export function defaultChoices({ container }: Pick<ModelFile, 'container'>): QuantizationChoices {
  return container === 'safetensors' ? { weights: 'q8_0', embedding: 'q8_0', head: 'q8_0' } : storedChoices;
}

/** The format of a tensor under `choices`. */
export function chosenFormat(
  { name, shape, format }: Pick<StoredTensor, 'name' | 'shape' | 'format'>,
  choices: QuantizationChoices,
): WeightFormat {
  if (shape.length < 2) return 'f32';
  const choice =
    name === 'model.embed_tokens.weight'
      ? choices.embedding
      : name === 'lm_head.weight'
        ? choices.head
        : choices.weights;
  return choice === 'stored' ? format : choice;
}
