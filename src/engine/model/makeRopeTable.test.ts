import { describe, expect, it } from 'vitest';
import type { RopeScaling } from '../modelConfig.ts';
import { makeRopeTable } from './makeRopeTable.ts';

const shape = { rotaryDimension: 8, ropeTheta: 10_000, contextLength: 64 };

/** Angle of pair `i` at a position, recovered from its cosine and sine, in (-pi, pi]; and their magnitude. */
function turn(scaling: RopeScaling | undefined, position: number, i: number): { angle: number; magnitude: number } {
  const table = makeRopeTable({ ...shape, ...(scaling === undefined ? {} : { ropeScaling: scaling }) }, position + 1);
  const at = 2 * (position * 4 + i);
  const [cos = 0, sin = 0] = table.slice(at, at + 2);
  return { angle: Math.atan2(sin, cos), magnitude: Math.hypot(sin, cos) };
}

describe('makeRopeTable', () => {
  it('rotates by position times theta to the power of -2i/d', () => {
    for (const i of [0, 1, 2, 3]) expect(turn(undefined, 2, i).angle).toBeCloseTo(2 * 10_000 ** (-i / 4), 6);
    expect(turn(undefined, 3, 0).magnitude).toBeCloseTo(1, 6);
  });

  it('is exact in f32 at far positions', () => {
    const table = makeRopeTable({ ...shape, contextLength: 8_192 }, 8_192);
    expect(table[2 * (8_191 * 4)]).toBe(Math.fround(Math.cos(8_191)));
  });

  it('divides frequencies: linear, and by explicit divisors', () => {
    expect(turn({ kind: 'linear', factor: 4 }, 2, 0).angle).toBeCloseTo(0.5, 6);
    expect(turn({ kind: 'divisors', divisors: [2, 1, 1, 8] }, 2, 0).angle).toBeCloseTo(1, 6);
    expect(turn({ kind: 'divisors', divisors: [2, 1, 1, 8] }, 2, 3).angle).toBeCloseTo((2 * 0.001) / 8, 6);
  });

  it('llama3: keeps short wavelengths, stretches long ones, blends between', () => {
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 64,
    } as const;
    // Wavelengths: 6.3 (short), 62.8 (between), 628 and 6,283 (long).
    expect(turn(scaling, 1, 0).angle).toBeCloseTo(1, 6);
    expect(turn(scaling, 1, 2).angle).toBeCloseTo(0.01 / 8, 7);
    const share = (64 / (2 * Math.PI * 10) - 1) / 3;
    expect(turn(scaling, 1, 1).angle).toBeCloseTo(((1 - share) * 0.1) / 8 + share * 0.1, 7);
  });

  it('yarn: scales cosines and sines alike, and long wavelengths by the factor', () => {
    const scaling = { kind: 'yarn', factor: 4, originalContextLength: 64 } as const;
    const { magnitude, angle } = turn(scaling, 1, 3);
    expect(magnitude).toBeCloseTo(0.1 * Math.log(4) + 1, 6);
    expect(angle).toBeCloseTo(0.001 / 4, 7);
    expect(turn(scaling, 1, 0).angle).toBeCloseTo(1, 6);
    expect(turn({ ...scaling, attentionFactor: 1.5 }, 1, 0).magnitude).toBeCloseTo(1.5, 6);
  });
});
