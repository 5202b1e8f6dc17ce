// Names and forms of the files around an attribution index. Pure and light.
import { type SourceRow, textOf } from '../rows/rowSource.ts';

/** The id under which the sketches of an unfinished index are saved, as checkpoints. */
export function partialIndexId(runId: string): string {
  return `${runId}-index`;
}

/** `rows.jsonl`: the texts of the trained rows in the order of the index. */
export function rowsFile(rows: readonly SourceRow[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${rows.map((row) => JSON.stringify(textOf(row))).join('\n')}\n`);
}
