// On what the variants of attention over a cache in blocks are compared and measured.
import type { Constants, ElementArray, OperatorCall, OperatorProbe, OperatorSample } from '../../backend.ts';
import { constant } from '../constants.ts';
import { noise } from '../noise.ts';

/** Positions that a row sees at most while it is measured. */
const measuredPositions = 512;
/** Blocks of a check: sequences share them, in an order that is none. */
const checkedBlocks = 7;
const checkedWidth = 9;
/** Blocks of a part in a check, so that the last part is not full. */
const checkedSplit = 2;

const dimensionOf = (constants: Constants): number => constant(constants, 'headDimension');
const paddedOf = (constants: Constants): number => Math.ceil(dimensionOf(constants) / 4) * 4;
const rowsOf = ({ tensors, constants }: OperatorCall): number =>
  (tensors['q']?.length ?? 0) / (constant(constants, 'heads') * dimensionOf(constants));

/** The probes of `pagedAttentionOperator` and of `splitAttentionOperator`, for blocks of `blockSize` positions. */
export function pagedAttentionProbes(blockSize: number): {
  readonly whole: OperatorProbe;
  readonly split: OperatorProbe;
} {
  /** Elements of keys, or of values, in a block. */
  const blockLength = (constants: Constants): number =>
    constant(constants, 'keyValueHeads') * blockSize * paddedOf(constants);

  /** Keys or values: the padding of a head is zero, as in a cache. */
  function cached(constants: Constants, seed: number): Float32Array<ArrayBuffer> {
    const [dimension, padded] = [dimensionOf(constants), paddedOf(constants)];
    const numbers = noise(checkedBlocks * blockLength(constants), seed);
    return numbers.map((value, index) => (index % padded < dimension ? value : 0));
  }

  function inputs(constants: Constants, positions: readonly number[]): Record<string, ElementArray> {
    return {
      step: Uint32Array.of(positions.length, 0, 0, 0),
      positions: Uint32Array.from(positions),
      q: noise(positions.length * constant(constants, 'heads') * dimensionOf(constants)),
    };
  }

  function check(
    constants: Constants,
    positions: readonly number[],
    result: Float32Array<ArrayBuffer>,
  ): OperatorSample {
    return {
      constants: { ...constants, maxBlocksPerSequence: checkedWidth },
      rows: positions.length,
      tensors: {
        ...inputs(constants, positions),
        slots: Uint32Array.from(positions, (_, row) => row % 2),
        table: Uint32Array.from({ length: 2 * checkedWidth }, (_, index) => (index * 3 + 1) % checkedBlocks),
        keys: cached(constants, 2),
        values: cached(constants, 3),
        result,
      },
    };
  }

  function shape(call: OperatorCall): string {
    const { constants } = call;
    const [heads, keyValueHeads] = ['heads', 'keyValueHeads'].map((name) => constant(constants, name));
    return `${rowsOf(call)} x ${heads}/${keyValueHeads} heads of ${dimensionOf(constants)}`;
  }

  function load(call: OperatorCall): OperatorSample {
    const { constants, tensors } = call;
    const rows = rowsOf(call);
    const blocks = (tensors['keys']?.length ?? 0) / blockLength(constants);
    const last = Math.min(measuredPositions, constant(constants, 'maxBlocksPerSequence') * blockSize) - 1;
    const positions = Array.from({ length: rows }, (_, row) => Math.max(0, last - rows + 1 + row));
    return {
      constants,
      rows,
      tensors: {
        ...inputs(constants, positions),
        slots: new Uint32Array(rows),
        table: Uint32Array.from({ length: tensors['table']?.length ?? 0 }, (_, index) => index % blocks),
      },
    };
  }

  return {
    whole: {
      shape,
      checks({ constants }) {
        // One key; less than a block; a block and one; the whole table; and a part of it.
        const positions = [0, 6, blockSize, checkedWidth * blockSize - 1, 70];
        const length = positions.length * constant(constants, 'heads') * dimensionOf(constants);
        return [0, 24].map((window) => check({ ...constants, window }, positions, noise(length, 5)));
      },
      load,
    },
    split: {
      shape,
      checks({ constants }) {
        const splits = Math.ceil(checkedWidth / checkedSplit);
        // Every part holds positions of every row: what an empty one holds is nobody's business.
        const last = checkedWidth * blockSize - 1;
        const length = 2 * constant(constants, 'heads') * splits * (paddedOf(constants) + 4);
        const options = { window: 0, splits, splitBlocks: checkedSplit };
        return [check({ ...constants, ...options }, [last, last - 6], new Float32Array(length))];
      },
      load,
    },
  };
}
