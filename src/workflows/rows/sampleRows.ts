// The rows of a sample file, JSON lines, each assigned to the contributor whose range it lies in.
import { type Row, rowHash } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { SourceRow } from './rowSource.ts';

/** The author of the rows [from, to) of the file. */
export interface SampleContributor {
  readonly address: string;
  readonly rows: readonly [from: number, to: number];
}

export interface SampleRowsParameters {
  readonly datanetId: string;
  /** Names the file in the rows made from it. */
  readonly contribution: string;
  /** JSON lines. */
  readonly text: string;
  readonly contributors: readonly SampleContributor[];
}

/** Throws `APP_SAMPLE_INVALID` for a row that belongs to nobody. */
export function sampleRows({ datanetId, contribution, text, contributors }: SampleRowsParameters): SourceRow[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, position) => {
      const row = JSON.parse(line) as Row;
      const owner = contributors.find(({ rows: [from, to] }) => position >= from && position < to);
      if (owner === undefined) {
        throw new TributaryError({
          code: 'APP_SAMPLE_INVALID',
          message: `Row ${position} of the sample Datanet has no contributor.`,
          facts: { datanet: datanetId, contribution, position },
          hint: 'Make the sample Datanets again.',
        });
      }
      return {
        datanetId,
        contribution,
        position,
        account: owner.address.toLowerCase(),
        row,
        rowHash: rowHash(row),
      };
    });
}
