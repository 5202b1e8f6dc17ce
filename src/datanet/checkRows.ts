import type { Json } from '../lib/canonicalJson.ts';
import { contentKey, lookAlikeKey } from './contentKey.ts';
import { isGarbled } from './isGarbled.ts';
import { mixesAlphabets } from './lookAlikeLetters.ts';
import type { CheckedRows, CheckRequest, RowFinding, WorkOptions } from './types.ts';
import { findHidden } from './withoutInvisible.ts';
import { createYieldToEventLoop } from './yieldToEventLoop.ts';

/** Prompts with fewer characters can hardly be understood on their own. */
const SHORT_PROMPT = 4;
/** Small models truncate rows with more characters (about four per token). */
const LONG_ROW = 6_000;

/**
 * Every text of a row with the name of the top-level field that contains it: names of fields as well, and a text of a further field
 * together with its name, which may say that it is a key.
 */
function* texts(value: Json, field: string, name = ''): Generator<readonly [string, string]> {
  if (typeof value === 'string') yield [field, name === '' ? value : `${name}: ${value}`];
  else if (typeof value === 'object' && value !== null) {
    // Sixty-four numbers in a list may be the bytes of a key.
    if (Array.isArray(value) && value.length >= 32 && value.every((item) => typeof item === 'number'))
      yield [field, JSON.stringify(value)];
    // As may be the words of a recovery phrase, which are none each alone.
    if (Array.isArray(value) && value.length >= 12 && value.every((item) => typeof item === 'string'))
      yield [field, value.join(' ')];
    for (const [key, item] of Object.entries(value)) {
      const named = Array.isArray(value) || (field === '' && (key === 'prompt' || key === 'response')) ? name : key;
      if (typeof item !== 'string' && !Array.isArray(value)) yield [field === '' ? key : field, key];
      yield* texts(item as Json, field === '' ? key : field, named);
    }
  }
}

/**
 * Checks each row before it is published: empty fields, length, duplicates in the file and of the Datanet's rows (by
 * `contentKey`; by `lookAlikeKey` as a warning), characters that hide something, secrets and personal data. Of several equal rows
 * the first is accepted. Throws the signal's reason on abort.
 */
export async function checkRows(
  { rows, existing, existingLookAlikes }: CheckRequest,
  options: WorkOptions = {},
): Promise<CheckedRows> {
  // With its word lists and rules, only where rows are checked.
  const { findSecrets } = await import('./findSecrets.ts');
  const findings: RowFinding[] = [];
  const accepted: number[] = [];
  const first = new Map<string, number>();
  const firstLookAlike = new Map<string, number>();
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

    // Among plain letters the two keys are one.
    const lookAlike = /[\u0080-\uffff]/.test(row.prompt + row.response) ? lookAlikeKey(row) : key;
    if (earlier === undefined && existing?.has(key) !== true) {
      const disguised = firstLookAlike.get(lookAlike);
      if (disguised !== undefined)
        add({
          code: 'LOOK_ALIKE',
          severity: 'warning',
          duplicateOf: disguised,
          message: `Row ${disguised + 1} looks the same; letters of another alphabet make the difference.`,
          facts: { row: disguised + 1 },
        });
      else if (existingLookAlikes?.has(lookAlike) === true)
        add({
          code: 'LOOK_ALIKE',
          severity: 'warning',
          message: 'A row of the Datanet looks the same; letters of another alphabet make the difference.',
          facts: { row: 0 },
        });
    }
    if (!firstLookAlike.has(lookAlike)) firstLookAlike.set(lookAlike, index);

    const warned = new Set<string>();
    const warn = (code: RowFinding['code'], field: string, message: string, facts: RowFinding['facts'] = {}): void => {
      if (warned.has(code)) return;
      warned.add(code);
      add({ code, severity: 'warning', field, message, facts });
    };
    const secrets = new Set<string>();
    for (const [field, text] of texts(row, '')) {
      if (text.includes('\ufffd'))
        warn('REPLACEMENT_CHARACTER', field, 'The character U+FFFD stands here: some text was lost before.');
      if (isGarbled(text))
        warn('GARBLED', field, 'Letters stand here that were read in a wrong encoding before ("Ã©" for "é").');
      const hidden = findHidden(text);
      if (hidden !== undefined)
        warn('HIDDEN_CHARACTER', field, `A character that is not drawn stands here (${hidden}).`, {
          character: hidden,
        });
      if (mixesAlphabets(text))
        warn('MIXED_ALPHABETS', field, 'A word mixes letters of two alphabets that look alike.');
      for (const secret of findSecrets(text, field === 'response' ? { context: row.prompt } : {})) {
        // A field and the name it stands under are searched together and apart.
        const key = `${field} ${secret.code} ${secret.severity}`;
        if (secrets.has(key)) continue;
        secrets.add(key);
        add({ ...secret, field });
      }
    }

    findings.push(...found);
    if (!found.some(({ severity }) => severity === 'block')) accepted.push(index);
  }
  options.onProgress?.({ done: rows.length, total: rows.length });
  return { findings, accepted };
}
