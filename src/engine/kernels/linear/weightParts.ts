// Splits a weight matrix into parts that a device can bind.
import type { Tensor, TensorRange, Weight } from '../../backend.ts';
import { weightWords } from '../../formats/deviceLayout.ts';

/** Consecutive whole rows of a weight. */
export interface WeightPart {
  readonly firstRow: number;
  readonly rows: number;
  /** The operands `codes` and, if the format has them, `scales`. */
  readonly operands: Readonly<Record<string, Tensor | TensorRange>>;
}

/** The storage buffer binding size that every WebGPU device supports. */
const BINDING_BYTES = 128 * 2 ** 20;
/** Parts begin at multiples of this many rows: even at one byte per row, that is a multiple of 64 words (`TensorRange`). */
const ROW_STEP = 256;

/** `Weight.partRows` of a matrix of `codeWords` words of codes; undefined if it fits in one binding. */
export function bindableRows(rows: number, codeWords: number): number | undefined {
  const rowBytes = (codeWords * 4) / rows;
  if (codeWords * 4 <= BINDING_BYTES) return undefined;
  return Math.max(ROW_STEP, Math.floor(BINDING_BYTES / rowBytes / ROW_STEP) * ROW_STEP);
}

/** The parts in which a weight is bound: one with the whole tensors, or ranges of `partRows` rows. */
export function weightParts({ format, rows, columns, codes, scales, partRows }: Weight): WeightPart[] {
  const whole = { codes, ...(scales === undefined ? {} : { scales }) };
  if (partRows === undefined) return [{ firstRow: 0, rows, operands: whole }];
  const parts: WeightPart[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += partRows) {
    const count = Math.min(partRows, rows - firstRow);
    const last = firstRow + count === rows;
    const [before, own] = [weightWords(format, firstRow, columns), weightWords(format, count, columns)];
    const range = (tensor: Tensor, part: 'codes' | 'scales'): TensorRange => {
      const offset = before[part];
      return { tensor, offset, length: last ? tensor.length - offset : own[part] };
    };
    const operands = {
      codes: range(codes, 'codes'),
      ...(scales === undefined ? {} : { scales: range(scales, 'scales') }),
    };
    parts.push({ firstRow, rows: count, operands });
  }
  return parts;
}
