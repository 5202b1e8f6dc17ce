// The inputs on which variants of paged attention are compared and timed.
import type { Constants, ElementArray, OperatorCall, OperatorProbe, OperatorSample } from '../../backend.ts';
import { constant } from '../operands.ts';
import { testNoise } from '../testNoise.ts';

/** Maximum positions per row when a variant is timed. */
const MEASURED_POSITIONS = 512;
/** Blocks of a check: sequences share them, in scrambled order. */
const CHECKED_BLOCKS = 7;
const CHECKED_WIDTH = 9;
/** Blocks per split in a check, so that the last split is not full. */
const CHECKED_SPLIT = 2;

const dimensionOf = (constants: Constants): number => constant(constants, 'headDimension');
const paddedOf = (constants: Constants): number => Math.ceil(dimensionOf(constants) / 4) * 4;
const rowsOf = ({ tensors, constants }: OperatorCall): number =>
  (tensors['q']?.length ?? 0) / (constant(constants, 'heads') * dimensionOf(constants));

/** The probes of `pagedAttentionOperator` and of `flashDecodeOperator`, for blocks of `blockSize` positions. */
export function pagedAttentionProbes(blockSize: number): {
  readonly whole: OperatorProbe;
  readonly split: OperatorProbe;
} {
  /** Elements of keys, or of values, in a block. */
  const blockLength = (constants: Constants): number =>
    constant(constants, 'keyValueHeads') * blockSize * paddedOf(constants);

  /** Keys or values: a head's padding is zero, as in the KV cache. */
  function cached(constants: Constants, seed: number): Float32Array<ArrayBuffer> {
    const [dimension, padded] = [dimensionOf(constants), paddedOf(constants)];
    const numbers = testNoise(CHECKED_BLOCKS * blockLength(constants), seed);
    return numbers.map((value, index) => (index % padded < dimension ? value : 0));
  }

  function inputs(constants: Constants, positions: readonly number[]): Record<string, ElementArray> {
    return {
      step: Uint32Array.of(positions.length, 0, 0, 0),
      positions: Uint32Array.from(positions),
      q: testNoise(positions.length * constant(constants, 'heads') * dimensionOf(constants)),
    };
  }

  function check(
    constants: Constants,
    positions: readonly number[],
    result: Float32Array<ArrayBuffer>,
  ): OperatorSample {
    return {
      constants: { ...constants, maxBlocksPerSequence: CHECKED_WIDTH },
      rows: positions.length,
      tensors: {
        ...inputs(constants, positions),
        slots: Uint32Array.from(positions, (_, row) => row % 2),
        table: Uint32Array.from({ length: 2 * CHECKED_WIDTH }, (_, index) => (index * 3 + 1) % CHECKED_BLOCKS),
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
    const last = Math.min(MEASURED_POSITIONS, constant(constants, 'maxBlocksPerSequence') * blockSize) - 1;
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
        // One key; less than a block; a block plus one; the whole table; and a part of it.
        const positions = [0, 6, blockSize, CHECKED_WIDTH * blockSize - 1, 70];
        const length = positions.length * constant(constants, 'heads') * dimensionOf(constants);
        return [0, 24].map((window) => check({ ...constants, window }, positions, testNoise(length, 5)));
      },
      load,
    },
    split: {
      shape,
      checks({ constants }) {
        const splits = Math.ceil(CHECKED_WIDTH / CHECKED_SPLIT);
        // Every split has positions of every row: the contents of an empty split are undefined.
        const last = CHECKED_WIDTH * blockSize - 1;
        const length = 2 * constant(constants, 'heads') * splits * (paddedOf(constants) + 4);
        const options = { window: 0, splits, splitBlocks: CHECKED_SPLIT };
        return [check({ ...constants, ...options }, [last, last - 6], new Float32Array(length))];
      },
      load,
    },
  };
}
