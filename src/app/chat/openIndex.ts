// Opens an adapter's attribution index in its worker, once: rows are read, turned into tokens by the engine and checked
// against the hashes in the index. The last two indexes stay open.
import type { IndexSummary, OpenRow } from '../../attribution/index.ts';
import type { EncodedRow } from '../../engine/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { abortable } from '../state/abortable.ts';
import { type AdapterChoice, adapterBytes } from '../state/adapters.ts';
import { attribution } from '../state/attribution.ts';
import { engine } from '../state/engine.ts';

const KEPT = 2;
const ENCODED_AT_ONCE = 200;
const opened = new Map<string, Promise<IndexSummary>>();

function parseRows(text: string, adapter: string): { prompt: string; response: string }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const row = JSON.parse(line) as { prompt?: unknown; response?: unknown };
      if (typeof row.prompt === 'string' && typeof row.response === 'string')
        return { prompt: row.prompt, response: row.response };
      throw new TributaryError({
        code: 'ATTRIBUTION_ROWS_INVALID',
        message: 'A row of this adapter has no prompt or no response.',
        facts: { adapter, line: index + 1 },
        hint: 'Fetch the adapter again from its publisher.',
      });
    });
}

async function open(adapter: AdapterChoice): Promise<IndexSummary> {
  const [index, rowBytes] = await Promise.all([
    adapterBytes(adapter, 'index.cbor'),
    adapterBytes(adapter, 'rows.jsonl'),
  ]);
  const texts = parseRows(new TextDecoder().decode(rowBytes), adapter.id);
  // In pieces: one answer with every row's tokens would hold up the page while it is unpacked.
  const encoded: EncodedRow[] = [];
  for (let from = 0; from < texts.length; from += ENCODED_AT_ONCE) {
    encoded.push(...(await engine().encodeRows({ rows: texts.slice(from, from + ENCODED_AT_ONCE) })));
  }
  const rows = texts.map((row, at): OpenRow => {
    const { inputIds, promptLength } = encoded[at] ?? { inputIds: [], promptLength: 0 };
    // The end token is part of an encoded row, not of its response.
    return { ...row, responseIds: inputIds.slice(promptLength, -1) };
  });
  const summary = await attribution().open({ id: adapter.id, index, rows }, { transfer: [index.buffer] });
  return summary;
}

/** The opened index of an adapter; `signal` ends the waiting, not the opening. Throws what reading, encoding and opening throw. */
export async function openIndex(adapter: AdapterChoice, signal: AbortSignal): Promise<IndexSummary> {
  let promise = opened.get(adapter.id);
  if (promise === undefined) {
    promise = open(adapter);
    opened.set(adapter.id, promise);
    promise.catch(() => opened.delete(adapter.id));
    for (const id of [...opened.keys()].slice(0, -KEPT)) {
      opened.delete(id);
      await attribution().close({ id });
    }
  }
  return abortable(promise, signal);
}
