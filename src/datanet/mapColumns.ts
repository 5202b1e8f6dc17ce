// Maps a parsed record to a row: known pairs of field names, instruction with input, and single-turn conversations.
import type { Json } from '../lib/canonicalJson.ts';
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
];

/** The first known pair whose names are both among `columns`, compared without case; null when there is none. */
export function guessMapping(columns: readonly string[]): RowMapping | null {
  const byName = new Map(columns.map((column) => [column.trim().toLowerCase(), column]));
  for (const pair of KNOWN_PAIRS) {
    const prompt = byName.get(pair.prompt);
    const response = byName.get(pair.response);
    if (prompt !== undefined && response !== undefined) return { prompt, response };
  }
  return null;
}

/** Why a record is not a row, and in which field ('' for the record itself). */
export interface RowFault {
  readonly field: string;
  readonly code: string;
  readonly message: string;
  readonly facts: { readonly field: string };
}

type JsonObject = { readonly [key: string]: Json };

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `named`: the field that the message names, where it is not the one at fault. */
function fault(field: string, code: string, message: string, named = field): { readonly fault: RowFault } {
  return { fault: { field, code, message, facts: { field: named } } };
}

function fromMessages(record: JsonObject): { readonly row: Row } | { readonly fault: RowFault } {
  const { messages, ...more } = record;
  if (!Array.isArray(messages))
    return fault('messages', 'FIELD_NOT_LIST', '"messages" must be a list of { role, content }.');
  const turns = [...(messages as readonly Json[])];
  for (const turn of turns) {
    if (!isObject(turn) || typeof turn['role'] !== 'string' || typeof turn['content'] !== 'string') {
      return fault('messages', 'MESSAGE_INVALID', 'Each message needs the texts "role" and "content".');
    }
  }
  const spoken = turns as unknown as readonly { role: string; content: string }[];
  const system = spoken[0]?.role === 'system' ? spoken[0].content : undefined;
  const [user, assistant, ...rest] = system === undefined ? spoken : spoken.slice(1);
  if (user?.role !== 'user' || assistant?.role !== 'assistant') {
    return fault(
      'messages',
      'MESSAGES_ORDER',
      'Messages must be one of the user, then one of the assistant; a system message may come first.',
    );
  }
  if (rest.length > 0) {
    return fault(
      'messages',
      'MESSAGES_MANY_TURNS',
      'This conversation has more than one question and answer; a row holds one.',
    );
  }
  return {
    row: { ...more, ...(system === undefined ? {} : { system }), prompt: user.content, response: assistant.content },
  };
}

export interface MapColumnsParameters {
  readonly record: Json;
  readonly mapping?: RowMapping | undefined;
}

export function mapColumns({
  record,
  mapping,
}: MapColumnsParameters): { readonly row: Row } | { readonly fault: RowFault } {
  if (!isObject(record))
    return fault('', 'ROW_NOT_OBJECT', 'A line must be one JSON object, such as {"prompt": "...", "response": "..."}.');
  if (mapping === undefined && 'messages' in record) return fromMessages(record);
  const used = mapping ?? guessMapping(Object.keys(record));
  if (used === null) {
    const has = (names: readonly string[]): boolean => names.some((name) => Object.hasOwn(record, name));
    const missing = has(['prompt', 'instruction', 'question', 'query']) ? 'response' : 'prompt';
    return fault('', 'FIELD_MISSING', `The field "${missing}" is missing.`, missing);
  }
  for (const field of [used.prompt, used.response]) {
    if (!Object.hasOwn(record, field)) return fault('', 'FIELD_MISSING', `The field "${field}" is missing.`, field);
    if (typeof record[field] !== 'string')
      return fault(field, 'FIELD_NOT_TEXT', `The field "${field}" must be a text.`);
  }
  const { [used.prompt]: prompt, [used.response]: response, ...more } = record;
  const row: Row = { ...more, prompt: prompt as string, response: response as string };
  // Alpaca format: the instruction is to be applied to an optional input.
  const input = more['input'];
  if (used.prompt.toLowerCase() !== 'instruction' || typeof input !== 'string') return { row };
  const { input: _, ...withoutInput } = row;
  return {
    row: { ...withoutInput, prompt: input === '' ? row.prompt : `${row.prompt}\n\n${input}`, response: row.response },
  };
}
