// Cosines and sines of the rotary embedding for every position, computed in f64 and rounded once: an f32 angle at position 8,191
// is off by 5e-4, and a shader's own cos() by more.
import type { ModelConfig, RopeScaling } from '../modelConfig.ts';

type Rotation = Pick<ModelConfig, 'rotaryDimension' | 'ropeTheta' | 'ropeScaling' | 'contextLength'>;

/** f32 [positions, rotaryDimension / 2, 2] = cos, sin. */
export function makeRopeTable(config: Rotation, positions: number): Float32Array<ArrayBuffer> {
  const half = config.rotaryDimension / 2;
  const { frequencies, magnitude } = scaledFrequencies(config);
  const table = new Float32Array(positions * half * 2);
  for (let position = 0; position < positions; position += 1) {
    for (let i = 0; i < half; i += 1) {
      const angle = position * (frequencies[i] ?? 0);
      const at = 2 * (position * half + i);
      table[at] = Math.cos(angle) * magnitude;
      table[at + 1] = Math.sin(angle) * magnitude;
    }
  }
  return table;
}

function scaledFrequencies(config: Rotation): { readonly frequencies: readonly number[]; readonly magnitude: number } {
  const { rotaryDimension, ropeTheta, ropeScaling } = config;
  const plain = Array.from({ length: rotaryDimension / 2 }, (_, i) => ropeTheta ** ((-2 * i) / rotaryDimension));
  if (ropeScaling === undefined) return { frequencies: plain, magnitude: 1 };
  const factor = ropeScaling.factor ?? 1;
  switch (ropeScaling.kind) {
    case 'linear':
      return { frequencies: plain.map((frequency) => frequency / factor), magnitude: 1 };
    case 'divisors':
      return { frequencies: plain.map((frequency, i) => frequency / (ropeScaling.divisors?.[i] ?? 1)), magnitude: 1 };
    case 'llama3':
      return {
        frequencies: plain.map((frequency) => llama3(frequency, factor, ropeScaling, config.contextLength)),
        magnitude: 1,
      };
    case 'yarn':
      return yarn(plain, factor, config, ropeScaling);
  }
}

/** Llama 3.1: long wavelengths are stretched, short ones kept, those in between blended. */
function llama3(frequency: number, factor: number, scaling: RopeScaling, contextLength: number): number {
  const original = scaling.originalContextLength ?? contextLength;
  const low = scaling.lowFrequencyFactor ?? 1;
  const high = scaling.highFrequencyFactor ?? 4;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const share = (original / wavelength - low) / (high - low);
  return ((1 - share) * frequency) / factor + share * frequency;
}

/** YaRN (Peng et al. 2023): a ramp over the dimensions, and a factor on cosines and sines alike. */
function yarn(
  plain: readonly number[],
  factor: number,
  config: Rotation,
  scaling: RopeScaling,
): { readonly frequencies: readonly number[]; readonly magnitude: number } {
  const { rotaryDimension, ropeTheta } = config;
  const original = scaling.originalContextLength ?? config.contextLength;
  const dimensionOf = (rotations: number): number =>
    (rotaryDimension * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(ropeTheta));
  const low = Math.max(Math.floor(dimensionOf(scaling.betaFast ?? 32)), 0);
  const high = Math.min(Math.ceil(dimensionOf(scaling.betaSlow ?? 1)), rotaryDimension - 1);
  // Equal ends would cause a division by zero.
  const width = high === low ? 0.001 : high - low;
  const frequencies = plain.map((frequency, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / width));
    return (1 - ramp) * frequency + (ramp * frequency) / factor;
  });
  const magnitude = scaling.attentionFactor ?? (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1);
  return { frequencies, magnitude };
}
