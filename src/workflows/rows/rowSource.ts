// Where rows are read from, and a row with its owner. Pure and light: importing it loads no domain.
import type { Row } from '../../datanet/index.ts';

/** A contribution by its CID, or the sample rows of a Datanet (`sampleSource`). */
export interface RowSource {
  readonly datanetId: string;
  readonly source: string;
}

export interface SourceRow {
  readonly datanetId: string;
  /** CID of the contribution, or the source of the sample rows. */
  readonly contribution: string;
  /** Index within the contribution or sample file: an attribution index names rows by it. */
  readonly position: number;
  /** 0x-address that is paid, in lower case. */
  readonly account: string;
  readonly row: Row;
  readonly rowHash: string;
}

const SAMPLE_PREFIX = 'sample:';

/** The source that stands for the sample rows of a Datanet. */
export function sampleSource(datanetId: string): string {
  return `${SAMPLE_PREFIX}${datanetId}`;
}

export function isSampleSource(source: string): boolean {
  return source.startsWith(SAMPLE_PREFIX);
}

/** Prompt and response alone: the chat template, training and attribution see nothing else of a row. */
export function textOf({ row }: SourceRow): { readonly prompt: string; readonly response: string } {
  return { prompt: row.prompt, response: row.response };
}
