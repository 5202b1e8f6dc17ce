// Paged attention by the kernel's matrix products, one block of the KV cache at a time: the scores of some queries for its keys,
// then their weights times its values. Bindings and constants as in `pagedAttentionOperator`.
import type { Operator } from '../backend.ts';
import { constant, floats, words } from '../kernels/operands.ts';
import { firstSeen } from '../kernels/pagedAttention/attendBlocks.ts';
import { BLOCK_SIZE } from '../kernels/pagedAttention/pagedAttention.ts';
import { type MatrixKernel, roundUp } from './matrixKernel.ts';

/** Rows whose scores are in memory at a time. */
const TILE_ROWS = 32;

/** Queries that share a key head: one head of several rows, or the heads of one row that share keys. */
interface Queries {
  /** Element of the first query in q and in result, and the stride between queries. */
  readonly first: number;
  readonly stride: number;
  readonly count: number;
  readonly keyHead: number;
}

export function pagedAttentionWasm(kernel: MatrixKernel): Operator['reference'] {
  return (buffers, constants, { rows }) => {
    const heads = constant(constants, 'heads');
    const keyValueHeads = constant(constants, 'keyValueHeads');
    const dimension = constant(constants, 'headDimension');
    const scale = constant(constants, 'scale');
    const softcap = constant(constants, 'softcap');
    const window = constant(constants, 'window');
    const maxBlocksPerSequence = constant(constants, 'maxBlocksPerSequence');
    const share = heads / keyValueHeads;
    const padded = roundUp(dimension, 4);
    const productStride = roundUp(dimension, 8);
    // The kernel's memory may grow below: these arrays are read first, everything else by address.
    const positions = words(buffers, 'positions').slice(0, rows);
    const slots = words(buffers, 'slots').slice(0, rows);
    const table = words(buffers, 'table').slice();
    const [qAt, keysAt, valuesAt] = ['q', 'keys', 'values'].map((name) => floats(buffers, name).byteOffset) as [
      number,
      number,
      number,
    ];
    const result = floats(buffers, 'result');
    const [resultAt, resultLength] = [result.byteOffset, result.length];

    /** Turns one query's scores into weights in place, zero outside [start, end); returns their sum. */
    function weigh(scores: Float32Array, scoresAt: number, shiftAt: number, start: number, end: number): number {
      let highest = Number.NEGATIVE_INFINITY;
      for (let j = start; j < end; j += 1) {
        let score = (scores[j] as number) * scale;
        if (softcap > 0) score = softcap * Math.tanh(score / softcap);
        scores[j] = score;
        if (score > highest) highest = score;
      }
      kernel.floats(shiftAt, 1)[0] = highest;
      // Whole fours from a multiple of four: the next query's scores begin where these end.
      const aligned = start - (start % 4);
      kernel.exponentials(scoresAt + 4 * aligned, shiftAt, end - aligned);
      scores.fill(0, 0, start);
      scores.fill(0, end);
      let sum = 0;
      for (let j = start; j < end; j += 1) sum += scores[j] as number;
      return sum;
    }

    function attend(first: number, tile: number, { first: element, stride, count, keyHead }: Queries): void {
      const rowOf = (query: number): number => (tile === 1 ? first : first + query);
      const ends = Array.from({ length: count }, (_, query) => (positions[rowOf(query)] as number) + 1);
      const starts = ends.map((end) => firstSeen(end - 1, window));
      const firstBlock = Math.floor(Math.min(...starts) / BLOCK_SIZE);
      const blocks = Math.ceil(Math.max(...ends) / BLOCK_SIZE) - firstBlock;
      const width = blocks * BLOCK_SIZE;
      const tall = roundUp(count, 4);
      const [scoresAt = 0, productAt = 0, shiftAt = 0] = kernel.scratch(tall * width, tall * productStride, 1);
      const blockAt = (index: number): number => {
        const block = table[(slots[first] as number) * maxBlocksPerSequence + firstBlock + index] as number;
        return 4 * (block * keyValueHeads + keyHead) * BLOCK_SIZE * padded;
      };
      const block = { rows: BLOCK_SIZE, columns: dimension, stride: padded };
      const queries = { address: qAt + 4 * element, rows: count, columns: dimension, stride };
      for (let index = 0; index < blocks; index += 1) {
        const place = { address: scoresAt + 4 * BLOCK_SIZE * index, stride: width };
        kernel.dotProducts(queries, { ...block, address: keysAt + blockAt(index) }, place);
      }
      const sums = ends.map((end, query) => {
        const at = scoresAt + 4 * query * width;
        const [from, to] = [(starts[query] as number) - firstBlock * BLOCK_SIZE, end - firstBlock * BLOCK_SIZE];
        return weigh(kernel.floats(at, width), at, shiftAt, from, to);
      });
      for (let index = 0; index < blocks; index += 1) {
        const weights = {
          address: scoresAt + 4 * BLOCK_SIZE * index,
          rows: count,
          columns: BLOCK_SIZE,
          stride: width,
        };
        const place = { address: productAt, stride: productStride };
        kernel.rowProducts(weights, { ...block, address: valuesAt + blockAt(index) }, place, index > 0);
      }
      const product = kernel.floats(productAt, tall * productStride);
      const target = kernel.floats(resultAt, resultLength);
      for (const [query, sum] of sums.entries()) {
        const to = element + query * stride;
        for (let i = 0; i < dimension; i += 1) target[to + i] = (product[query * productStride + i] as number) / sum;
      }
    }

    for (let first = 0; first < rows; ) {
      let tile = 1;
      while (tile < TILE_ROWS && first + tile < rows && slots[first + tile] === slots[first]) tile += 1;
      const row = first * heads * dimension;
      if (tile === 1) {
        for (let keyHead = 0; keyHead < keyValueHeads; keyHead += 1) {
          const queries = { first: row + keyHead * share * dimension, stride: dimension, count: share, keyHead };
          attend(first, tile, queries);
        }
      } else {
        for (let head = 0; head < heads; head += 1) {
          const keyHead = Math.floor(head / share);
          attend(first, tile, { first: row + head * dimension, stride: heads * dimension, count: tile, keyHead });
        }
      }
      first += tile;
    }
  };
}
