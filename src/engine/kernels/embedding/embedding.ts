// Looks up token ids in an embedding table of any weight format.
import type { Constants, Operator, OperatorCall, OperatorSample, Tensor, Weight, WeightFormat } from '../../backend.ts';
import { weightFormats } from '../../formats/blockFormats.ts';
import { decodeSource } from '../../formats/decodeSource.ts';
import { hasScales } from '../../formats/deviceLayout.ts';
import { dispatchSize } from '../dispatchSize.ts';
import { expandTemplate } from '../expandTemplate.ts';
import { weightReader } from '../linear/weightAt.ts';
import { weightParts } from '../linear/weightParts.ts';
import { constant, floats, words } from '../operands.ts';
import { testNoise } from '../testNoise.ts';
import template from './embedding.wgsl?raw';

/** Table rows that a correctness check uses. */
const MAX_ROWS = 67;

function operatorFor(format: WeightFormat): Operator {
  return {
    name: `embedding ${format}`,
    bindings: [
      { name: 'ids', access: 'read' },
      { name: 'codes', access: 'read' },
      ...(hasScales(format) ? [{ name: 'scales', access: 'read' } as const] : []),
      { name: 'y', access: 'write' },
    ],
    reference(buffers, constants, { rows }) {
      const columns = constant(constants, 'columns');
      const ids = words(buffers, 'ids');
      const y = floats(buffers, 'y');
      const codes = buffers['codes'] as Float32Array | Uint32Array;
      const weight = weightReader(format, columns, codes, buffers['scales'] as Uint32Array | undefined);
      for (let row = 0; row < rows; row += 1) {
        const id = (ids[row] ?? 0) - constant(constants, 'firstRow');
        if (id < 0 || id >= constant(constants, 'tableRows')) continue;
        for (let i = 0; i < columns; i += 1) y[row * columns + i] = weight(id, i);
      }
    },
    probe: {
      shape: ({ constants }) => `${constant(constants, 'tableRows')} rows of ${constant(constants, 'columns')}`,
      checks: (call) => [sample(call)],
      load: sample,
    },
    variants: [
      {
        name: 'flat',
        source: () =>
          expandTemplate(template, {
            F32: format === 'f32' ? 1 : 0,
            SCALES: hasScales(format) ? 1 : 0,
            UNPACK: format === 'f32' ? '' : decodeSource(format),
          }),
        overrides: (constants: Constants) => ({
          columns: constant(constants, 'columns'),
          first_row: constant(constants, 'firstRow'),
          table_rows: constant(constants, 'tableRows'),
        }),
        workgroups: (constants, { rows }) => dispatchSize(rows * constant(constants, 'columns')),
      },
    ],
  };
}

/** The first, the second and a later row, the first again, and an id outside the table. */
function sample({ constants }: OperatorCall): OperatorSample {
  const [columns, firstRow, tableRows] = ['columns', 'firstRow', 'tableRows'].map((name) =>
    constant(constants, name),
  ) as [number, number, number];
  const held = Math.min(tableRows, MAX_ROWS);
  const ids = Uint32Array.of(0, Math.min(1, held - 1), held - 1, 0, tableRows).map((row) => firstRow + row);
  const y = testNoise(ids.length * columns);
  return { constants, rows: ids.length, tensors: { ids, y }, share: held / tableRows };
}

/** The operator of each weight format. Constants: columns; firstRow, tableRows: the table's id range; rows of other ids stay unchanged. */
export const embeddingOperators = Object.fromEntries(
  weightFormats.map((format) => [format, operatorFor(format)]),
) as Readonly<Record<WeightFormat, Operator>>;

/** The calls y[r] = table[ids[r]]: ids u32 [rows], y f32 [rows, table.columns]. Ids must be below `table.rows`. */
export function embedding(ids: Tensor, table: Weight, y: Tensor): OperatorCall[] {
  return weightParts(table).map(({ firstRow, rows: tableRows, operands }) => ({
    operator: embeddingOperators[table.format],
    tensors: { ids, ...operands, y },
    constants: { columns: table.columns, firstRow, tableRows },
  }));
}
