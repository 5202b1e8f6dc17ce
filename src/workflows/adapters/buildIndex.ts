// Builds an attribution index: the gradient of every row made into a small sketch, then all sketches into one file. Sketches
// are saved every so many rows, so that a build that was stopped goes on where it was. It does not know where gradients are
// computed or bytes are stored: ports are handed in. Units: rows.
import type { BuildIndexRequest, IndexRow, Sketch } from '../../attribution/index.ts';
import { contentKey } from '../../datanet/index.ts';
import type { EncodedRow } from '../../engine/index.ts';
import { type SourceRow, textOf } from '../rows/rowSource.ts';
import { decodePartialIndex, encodePartialIndex } from './partialIndex.ts';

/** A row to be indexed: with its owner, and as token ids. */
export interface IndexableRow {
  readonly row: SourceRow;
  readonly encoded: EncodedRow;
  /** Held out of training: it measures the score of a row that cannot have shaped the answer. */
  readonly placebo: boolean;
}

export interface BuildIndexPorts {
  /** Gradients of rows with respect to the adapter, in order. */
  gradients(rows: readonly EncodedRow[], signal: AbortSignal): AsyncIterable<Float32Array<ArrayBuffer>>;
  sketch(gradient: Float32Array<ArrayBuffer>, signal: AbortSignal): Promise<Sketch>;
  buildIndex(request: BuildIndexRequest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** The newest bytes given to `savePartial`, if any. */
  latestPartial(): Promise<Uint8Array | undefined>;
  savePartial(rowCount: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export interface BuildIndexParameters {
  /** In the order in which equal contents are paid: the first is. */
  readonly rows: readonly IndexableRow[];
  /** SHA-256 of the weights file, 64 hexadecimal digits. */
  readonly adapterHash?: string | undefined;
  readonly signal: AbortSignal;
  /** Called before each gradient with the number of rows done. */
  readonly onRow?: ((done: number) => void) | undefined;
  /** Called when all sketches are there. */
  readonly onIndex?: (() => void) | undefined;
}

const SAVE_INTERVAL_ROWS = 50;

function indexRow({ row, placebo }: IndexableRow, sketch: Sketch): IndexRow {
  return {
    ...textOf(row),
    account: row.account,
    contribution: row.contribution,
    position: row.position,
    contentKey: contentKey(row.row),
    sketch,
    ...(placebo ? { placebo: true } : {}),
  };
}

/** The bytes of `index.cbor`. Throws errors of the ports, after saving the sketches made so far. */
export async function buildIndex(
  { rows, adapterHash, signal, onRow, onIndex }: BuildIndexParameters,
  ports: BuildIndexPorts,
): Promise<Uint8Array<ArrayBuffer>> {
  const partial = await ports.latestPartial();
  const start = partial === undefined ? { parameterCount: 0, sketches: [] } : decodePartialIndex(partial);
  const sketches = start.sketches.slice(0, rows.length);
  let { parameterCount } = start;
  let savedCount = sketches.length;
  const save = async (): Promise<void> => {
    savedCount = sketches.length;
    await ports.savePartial(savedCount, encodePartialIndex({ parameterCount, sketches }));
  };
  const missing = rows.slice(sketches.length).map(({ encoded }) => encoded);
  try {
    if (missing.length > 0) onRow?.(sketches.length);
    for await (const gradient of ports.gradients(missing, signal)) {
      parameterCount = gradient.length;
      sketches.push(await ports.sketch(gradient, signal));
      if (sketches.length - savedCount >= SAVE_INTERVAL_ROWS) await save();
      if (sketches.length < rows.length) onRow?.(sketches.length);
    }
  } finally {
    if (sketches.length < rows.length && sketches.length > savedCount) await save();
  }
  onIndex?.();
  return ports.buildIndex(
    {
      parameterCount,
      ...(adapterHash === undefined ? {} : { adapterHash }),
      rows: rows.map((row, position) => indexRow(row, sketches[position] as Sketch)),
    },
    signal,
  );
}
