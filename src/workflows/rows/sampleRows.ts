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

/** The file is not what the configuration says it is. */
export function invalidSample(message: string, facts: Readonly<Record<string, string | number>>): TributaryError {
  return new TributaryError({
    code: 'APP_SAMPLE_INVALID',
    message,
    facts,
    hint: 'Make the sample Datanets again.',
  });
}

/** The row of a line; undefined for anything else. */
function parseRow(line: string): Row | undefined {
  try {
    const row = JSON.parse(line) as Partial<Row> | null;
    return typeof row?.prompt === 'string' && typeof row.response === 'string' ? (row as Row) : undefined;
  } catch {
    return undefined; // the caller names the row
  }
}

/** Throws `APP_SAMPLE_INVALID` for a line that is no row and for a row that belongs to nobody, and as `rowHash`. */
export function sampleRows({ datanetId, contribution, text, contributors }: SampleRowsParameters): SourceRow[] {
  const refuse = (position: number, what: string): never => {
    throw invalidSample(`Row ${position} of the sample Datanet has no ${what}.`, {
      datanet: datanetId,
      contribution,
      position,
    });
  };
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, position) => {
      const row = parseRow(line) ?? refuse(position, 'prompt or no response');
      const owner = contributors.find(({ rows: [from, to] }) => position >= from && position < to);
      if (owner === undefined) return refuse(position, 'contributor');
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
