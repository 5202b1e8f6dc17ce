import type { Json } from '../lib/canonicalJson.ts';
import { contentKey } from './contentKey.ts';
import { findSecrets } from './findSecrets.ts';
import type { CheckedRows, CheckRequest, RowFinding, WorkOptions } from './types.ts';
import { createYieldToEventLoop } from './yieldToEventLoop.ts';

/** Prompts with fewer characters can hardly be understood on their own. */
const SHORT_PROMPT = 4;
/** Small models truncate rows with more characters (about four per token). */
const LONG_ROW = 6_000;

/** Every string in a row, with the name of the top-level field that contains it. */
function* texts(value: Json, field: string): Generator<readonly [string, string]> {
  if (typeof value === 'string') yield [field, value];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* texts(item as Json, field === '' ? key : field);
  }
}

/**
 * Checks each row before it is published: empty fields, length, duplicates in the file and of the Datanet's rows (by
 * `contentKey`), secrets and personal data. Of several equal rows the first is accepted. Throws the signal's reason on abort.
 */
export async function checkRows({ rows, existing }: CheckRequest, options: WorkOptions = {}): Promise<CheckedRows> {
  const findings: RowFinding[] = [];
  const accepted: number[] = [];
  const first = new Map<string, number>();
  const yieldToEventLoop = createYieldToEventLoop({ total: rows.length, ...options });
  for (const [index, row] of rows.entries()) {
    const turn = yieldToEventLoop(index);
    if (turn !== undefined) await turn;
    const found: RowFinding[] = [];
    const add = (finding: Omit<RowFinding, 'row'>): void => void found.push({ row: index, ...finding });

    const empty = (['prompt', 'response'] as const).find((field) => row[field].trim() === '');
    const length = row.prompt.length + row.response.length;
    if (empty !== undefined) {
      const facts = { field: empty };
      add({ code: 'EMPTY', severity: 'block', field: empty, message: `The ${empty} is empty.`, facts });
    } else if (row.prompt.trim().length < SHORT_PROMPT) {
      add({
        code: 'TOO_SHORT',
        severity: 'warning',
        field: 'prompt',
        message: 'The prompt is very short; a row must be understood alone.',
      });
    } else if (length > LONG_ROW) {
      add({
        code: 'TOO_LONG',
        severity: 'warning',
        message: `The row has ${length} characters; small models read about ${LONG_ROW} and training cuts the rest.`,
        facts: { characters: length, read: LONG_ROW },
      });
    }

    const key = contentKey(row);
    const earlier = first.get(key);
    if (earlier !== undefined) {
      add({
        code: 'DUPLICATE_IN_FILE',
        severity: 'block',
        duplicateOf: earlier,
        message: `The same content stands in row ${earlier + 1}.`,
        facts: { row: earlier + 1 },
      });
    } else if (existing?.has(key) === true) {
      add({ code: 'DUPLICATE_KNOWN', severity: 'block', message: 'The Datanet has this content already.' });
    }
    if (earlier === undefined) first.set(key, index);

    for (const [field, text] of texts(row, '')) for (const secret of findSecrets(text)) add({ ...secret, field });

    findings.push(...found);
    if (!found.some(({ severity }) => severity === 'block')) accepted.push(index);
  }
  options.onProgress?.({ done: rows.length, total: rows.length });
  return { findings, accepted };
}
