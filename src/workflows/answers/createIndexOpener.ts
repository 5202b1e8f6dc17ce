// Opens adapters' attribution indexes in their worker, each once: the rows' texts are read, encoded by the engine and matched
// to the index by hash. The two used last stay open. It knows no worker and no storage: they are ports.
import type { AttributionService, IndexSummary, OpenRow } from '../../attribution/index.ts';
import type { EncodedRow } from '../../engine/index.ts';
import { abortable } from '../../lib/abortable.ts';
import { TributaryError } from '../../lib/errors.ts';
import { keepRecent } from '../../lib/keepRecent.ts';
import type { Remote } from '../../lib/rpc.ts';

interface RowText {
  readonly prompt: string;
  readonly response: string;
}

const MAX_OPEN = 2;
/** Rows in one call: the tokens of all rows at once would block the page while it receives them. */
const ENCODED_AT_ONCE = 200;

export interface IndexOpenerPorts<Adapter> {
  /** Encodes rows with the tokenizer of the adapter's base model, as `EngineService.encodeRows` does. */
  encodeRows(adapter: Adapter, rows: readonly RowText[]): Promise<readonly EncodedRow[]>;
  /** Read when an index is opened or closed, so that a getter may start the worker then. */
  readonly attribution: Pick<Remote<AttributionService>, 'open' | 'giveTexts' | 'close'>;
  adapterBytes(adapter: Adapter, name: 'index.cbor' | 'rows.jsonl'): Promise<Uint8Array<ArrayBuffer>>;
}

export interface IndexOpener<Adapter> {
  /** The adapter's index, open under the adapter's id; `signal` ends the waiting, not the opening. Throws what the ports throw. */
  open(adapter: Adapter, signal?: AbortSignal): Promise<IndexSummary>;
}

/** The texts of a line; undefined for anything else, since the file is its publisher's. */
function parseRow(line: string): RowText | undefined {
  try {
    const { prompt, response } = (JSON.parse(line) ?? {}) as { prompt?: unknown; response?: unknown };
    return typeof prompt === 'string' && typeof response === 'string' ? { prompt, response } : undefined;
  } catch {
    return undefined; // the caller names the line
  }
}

function parseRows(text: string, adapter: string): RowText[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const row = parseRow(line);
    if (row !== undefined) return row;
    throw new TributaryError({
      code: 'ATTRIBUTION_ROWS_INVALID',
      message: 'A row of this adapter has no prompt or no response.',
      facts: { adapter, line: index + 1 },
      hint: 'Fetch the adapter again from its publisher.',
    });
  });
}

export function createIndexOpener<Adapter extends { readonly id: string }>(
  ports: IndexOpenerPorts<Adapter>,
): IndexOpener<Adapter> {
  async function encodedRows(adapter: Adapter): Promise<OpenRow[]> {
    const texts = parseRows(new TextDecoder().decode(await ports.adapterBytes(adapter, 'rows.jsonl')), adapter.id);
    const encoded: EncodedRow[] = [];
    for (let from = 0; from < texts.length; from += ENCODED_AT_ONCE) {
      encoded.push(...(await ports.encodeRows(adapter, texts.slice(from, from + ENCODED_AT_ONCE))));
    }
    return texts.map((row, at): OpenRow => {
      const { inputIds, promptLength } = encoded[at] ?? { inputIds: [], promptLength: 0 };
      // The end token is part of an encoded row, not of its response.
      return { ...row, responseIds: inputIds.slice(promptLength, -1) };
    });
  }

  /** Opening computes for seconds in a worker of its own; meanwhile the model loads and encodes. */
  async function load(adapter: Adapter): Promise<IndexSummary> {
    const { id } = adapter;
    const open = async (): Promise<void> => {
      const index = await ports.adapterBytes(adapter, 'index.cbor');
      await ports.attribution.open({ id, index, rows: [] }, { transfer: [index.buffer] });
    };
    const [opening, rows] = await Promise.allSettled([open(), encodedRows(adapter)]);
    if (opening.status === 'rejected') throw opening.reason;
    if (rows.status === 'fulfilled') return await ports.attribution.giveTexts({ id, rows: rows.value });
    // Without texts there would be no verbatim channel, and nobody would be told.
    await ports.attribution.close({ id });
    throw rows.reason;
  }

  const opened = keepRecent({ max: MAX_OPEN, open: load, close: (id) => ports.attribution.close({ id }) });
  return { open: (adapter, signal) => abortable(opened.open(adapter), signal) };
}
