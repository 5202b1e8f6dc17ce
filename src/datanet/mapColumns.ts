// Maps a parsed record to a row: known pairs of field names, instruction with input, conversations of one turn. What a row cannot
// hold is refused by its name; nothing of a record is left out unsaid.
import type { Json } from '../lib/canonicalJson.ts';
import { readConversation } from './readConversation.ts';
import { fault, isObject, type JsonObject, type RowFault } from './rowFault.ts';
import type { Row, RowMapping } from './types.ts';

/** Names that data sets use for prompt and response, the more specific pairs first. */
const KNOWN_PAIRS: readonly RowMapping[] = [
  { prompt: 'prompt', response: 'response' },
  { prompt: 'prompt', response: 'completion' },
  { prompt: 'instruction', response: 'output' },
  { prompt: 'instruction', response: 'response' },
  { prompt: 'question', response: 'answer' },
  { prompt: 'query', response: 'response' },
  { prompt: 'query', response: 'answer' },
  { prompt: 'input', response: 'output' },
  { prompt: 'prompt', response: 'answer' },
  { prompt: 'question', response: 'response' },
  { prompt: 'instruction', response: 'answer' },
  { prompt: 'instruction', response: 'completion' },
  { prompt: 'prompt', response: 'output' },
  { prompt: 'input', response: 'response' },
  { prompt: 'inputs', response: 'targets' },
  { prompt: 'input', response: 'target' },
  { prompt: 'user', response: 'assistant' },
  { prompt: 'human', response: 'assistant' },
  { prompt: 'human', response: 'gpt' },
  { prompt: 'human', response: 'bot' },
  { prompt: 'user', response: 'bot' },
  { prompt: 'problem', response: 'solution' },
  { prompt: 'problem', response: 'answer' },
  { prompt: 'question', response: 'solution' },
  { prompt: 'prompt', response: 'reply' },
  { prompt: 'input_text', response: 'output_text' },
  { prompt: 'q', response: 'a' },
];

/** Fields that hold a conversation, as data sets name them. */
const CONVERSATION_FIELDS = [
  'messages',
  'chat_messages',
  'conversations',
  'conversation',
  'dialogue',
  'dialog',
  'contents',
  'turns',
  'chat',
];

/**
 * The first known pair whose names are both among `columns`; null when there is none. A name as it is written here goes before one in
 * other case.
 */
export function guessMapping(columns: readonly string[]): RowMapping | null {
  const byName = new Map<string, string>();
  for (const column of columns) {
    const name = column.trim().toLowerCase();
    if (!byName.has(name) || column === name) byName.set(name, column);
  }
  for (const pair of KNOWN_PAIRS) {
    const prompt = byName.get(pair.prompt);
    const response = byName.get(pair.response);
    if (prompt !== undefined && response !== undefined) return { prompt, response };
  }
  return null;
}

/**
 * A column whose name is a row's own, or that of one in use but for its case, and which the mapping does not use: its text would have
 * no place, or be no worse. Null when there is none, or when `isSame` says that it holds the same.
 */
export function unplacedColumn(
  columns: readonly string[],
  { prompt, response }: RowMapping,
  isSame: (column: string, used: string) => boolean = () => false,
): { readonly column: string; readonly used: string } | null {
  for (const [column, used] of [
    ['prompt', prompt],
    ['response', response],
  ] as const)
    if (columns.includes(column) && column !== prompt && column !== response && !isSame(column, used))
      return { column, used };
  // Neither of two spellings is the exact one.
  for (const used of [prompt, response]) {
    const name = used.trim().toLowerCase();
    const other = columns.find((column) => column !== used && column.trim().toLowerCase() === name);
    if (used !== name && other !== undefined && !isSame(other, used)) return { column: other, used };
  }
  return null;
}

export type MappedRow =
  | {
      readonly row: Row;
      /** Fields of the record that the row does not carry, as paths: `messages[].name`. */
      readonly unused: readonly string[];
    }
  | { readonly fault: RowFault };

function isFilledList(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** Shapes of other purposes, by name, so that nobody looks for a missing field. */
function refuseShape(record: JsonObject): { readonly fault: RowFault } | null {
  const { row, truncated_cells: cut } = record;
  if (isObject(row) && isFilledList(cut)) {
    const fields = (cut as readonly Json[]).map(String).join(', ').slice(0, 80);
    return fault('truncated_cells', 'CELLS_CUT', `The service that gave this row cut its texts short: ${fields}.`, {
      field: 'truncated_cells',
      fields,
    });
  }
  const preferred = Object.keys(record).find((name) =>
    /^(?:chosen|rejected|preferred|response_[jk01ab]|(?:non_)?preferred_output)(?:_.{1,20})?$/i.test(name),
  );
  if (preferred !== undefined)
    return fault(
      preferred,
      'SHAPE_PREFERENCE',
      'This is a pair of a preferred and a rejected answer ("chosen", "rejected"); a row holds one answer.',
    );
  const names = Object.keys(record);
  const text = names.find((name) => /^(text|content|document)$/i.test(name));
  if (text !== undefined && guessMapping(names) === null)
    return fault(
      text,
      'SHAPE_TEXT',
      `This is plain text ("${text}") without a question; a row needs a prompt and a response.`,
    );
  return null;
}

export interface MapColumnsParameters {
  readonly record: Json;
  readonly mapping?: RowMapping | undefined;
}

/** A conversation that stands alone, without a field around it. */
function isMessages(record: Json): boolean {
  return (
    Array.isArray(record) &&
    record.length > 0 &&
    record.every(
      (message: Json) => isObject(message) && ['role', 'from', 'sender'].some((name) => Object.hasOwn(message, name)),
    )
  );
}

export function mapColumns({ record, mapping }: MapColumnsParameters): MappedRow {
  if (isMessages(record)) return mapColumns({ record: { messages: record }, mapping });
  if (!isObject(record))
    return fault('', 'ROW_NOT_OBJECT', 'A line must be one JSON object, such as {"prompt": "...", "response": "..."}.');
  if (mapping === undefined) {
    const hasPair = guessMapping(Object.keys(record)) !== null;
    const conversation = CONVERSATION_FIELDS.find(
      (name) => Object.hasOwn(record, name) && record[name] !== null && (isFilledList(record[name]) || !hasPair),
    );
    const conversational = isFilledList(record['prompt']) && isFilledList(record['completion']);
    if (conversation !== undefined || conversational) return fromConversation(record, conversation);
  }
  const used = mapping ?? guessMapping(Object.keys(record));
  if (used === null) {
    const has = (names: readonly string[]): boolean => names.some((name) => Object.hasOwn(record, name));
    const missing = has(['prompt', 'instruction', 'question', 'query']) ? 'response' : 'prompt';
    return refuseShape(record) ?? fault('', 'FIELD_MISSING', `The field "${missing}" is missing.`, { field: missing });
  }
  for (const field of [used.prompt, used.response]) {
    if (!Object.hasOwn(record, field)) return fault('', 'FIELD_MISSING', `The field "${field}" is missing.`, { field });
    if (typeof record[field] !== 'string')
      return fault(field, 'FIELD_NOT_TEXT', `The field "${field}" must be a text.`);
  }
  const { [used.prompt]: prompt, [used.response]: response, ...more } = record;
  const unused: string[] = [];
  const unplaced = unplacedColumn(Object.keys(record), used, (column, other) => record[column] === record[other]);
  if (unplaced !== null) {
    if (mapping === undefined) return ambiguous(unplaced);
    for (const name of ['prompt', 'response'])
      if (Object.hasOwn(more, name) && more[name] !== record[name === 'prompt' ? used.prompt : used.response])
        unused.push(name);
  }
  if (isFilledList(more['history']))
    return fault(
      'history',
      'MESSAGES_MANY_TURNS',
      'This conversation has earlier turns ("history"); a row holds one question and answer.',
      {
        field: 'history',
        turns: (more['history'] as readonly Json[]).length + 1,
      },
    );
  const row: Row = { ...more, prompt: prompt as string, response: response as string };
  // Alpaca format: the instruction is to be applied to an optional input.
  const inputField = Object.keys(more).find((name) => name.trim().toLowerCase() === 'input') ?? 'input';
  const input = more[inputField];
  if (used.prompt.trim().toLowerCase() !== 'instruction' || typeof input !== 'string') return { row, unused };
  const { [inputField]: _, ...withoutInput } = row;
  return {
    row: { ...withoutInput, prompt: input === '' ? row.prompt : `${row.prompt}\n\n${input}`, response: row.response },
    unused,
  };
}

function ambiguous({ column, used }: { readonly column: string; readonly used: string }): { readonly fault: RowFault } {
  return fault(
    column,
    'COLUMNS_AMBIGUOUS',
    `Both "${used}" and "${column}" stand here; choose which of them is used.`,
    { field: column, other: used },
  );
}

/** `field`: the one with the conversation; undefined: lists of messages in `prompt` and `completion`. */
function fromConversation(record: JsonObject, field: string | undefined): MappedRow {
  const { [field ?? 'completion']: turns, ...rest } = record;
  const { prompt: lead, ...withoutLead } = rest;
  const result =
    field === undefined
      ? readConversation('completion', [...(lead as readonly Json[]), ...(turns as readonly Json[])])
      : readConversation(field, turns);
  if ('fault' in result) return result;
  const { system, prompt, response, unused } = result;
  const more: JsonObject = field === undefined ? withoutLead : rest;
  const said = { ...(system === undefined ? {} : { system }), prompt, response };
  // Some data sets give the question once more beside the conversation.
  for (const [name, text] of Object.entries(said))
    if (Object.hasOwn(more, name) && more[name] !== null && more[name] !== text)
      return ambiguous({ column: name, used: field ?? 'completion' });
  return { row: { ...more, ...said }, unused };
}
