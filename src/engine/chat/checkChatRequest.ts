// Checks a chat request field by field: a field that is unknown, not supported by this runtime, or out of range is refused by
// name before anything is computed.
import { type Fact, TributaryError } from '../../lib/errors.ts';
import { jsonSchemaGrammar } from './jsonSchemaGrammar.ts';
import { shown } from './shown.ts';
import type { ChatField, ChatMessage, ChatRequest, JsonSchema } from './types.ts';

/** A request with every setting resolved. */
export interface ChatSettings {
  readonly messages: readonly ChatMessage[];
  readonly adapterId?: string;
  readonly maxTokens?: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly seed?: number;
  readonly stops: readonly string[];
  /** Alternatives to report with each token's log probability; absent: no log probabilities. */
  readonly logprobs?: number;
  /** The grammar that constrains the answer (`jsonSchemaGrammar`); absent: free text. */
  readonly grammar?: string;
}

type Fields = Readonly<Record<string, unknown>>;

function unsupported(field: string, why: string): TributaryError {
  return new TributaryError({
    code: 'CHAT_REQUEST_UNSUPPORTED',
    message: `The field "${field}" of this request cannot be honoured: ${why}`,
    facts: { field },
    hint: 'Leave the field out, or choose a runtime that computes it.',
  });
}

function invalid(field: string, value: unknown, allowed: string): TributaryError {
  const fact: Fact = typeof value === 'number' || typeof value === 'boolean' ? value : shown(value);
  return new TributaryError({
    code: 'CHAT_REQUEST_INVALID',
    message: `The field "${field}" of this request must be ${allowed}.`,
    facts: { field, value: fact, allowed },
    hint: 'Correct the field or leave it out.',
  });
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** OpenAI's clients send null for an unset setting. */
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

function checkKeys(value: Fields, place: string, known: readonly string[]): void {
  const foreign = Object.keys(value).find((key) => !known.includes(key) && !isAbsent(value[key]));
  if (foreign !== undefined) throw unsupported(`${place}${foreign}`, 'it is not known here.');
}

function numberOf(
  request: Fields,
  field: string,
  allowed: string,
  fits: (value: number) => boolean,
): number | undefined {
  const value = request[field];
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || !fits(value)) throw invalid(field, value, allowed);
  return value;
}

function between(request: Fields, field: string, lowest: number, highest: number): number | undefined {
  const allowed = `a number from ${lowest} to ${highest}`;
  return numberOf(request, field, allowed, (value) => value >= lowest && value <= highest);
}

function wholeNumber(request: Fields, field: string, lowest: number, highest: number): number | undefined {
  const allowed =
    highest === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${lowest}`
      : `a whole number from ${lowest} to ${highest}`;
  return numberOf(
    request,
    field,
    allowed,
    (value) => Number.isSafeInteger(value) && value >= lowest && value <= highest,
  );
}

/** The text of a message, whose content may come in parts: one to a line, as llama.cpp and vLLM join them. */
function contentOf(place: string, content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || content.length === 0)
    throw invalid(place, content, 'a text, or a list of parts with one');
  const texts = content.map((part: unknown, index): string => {
    const at = `${place}[${index}]`;
    if (!isObject(part)) throw invalid(at, part, 'a part with type and text');
    if (part['type'] !== 'text') throw unsupported(`${at}.type`, `${shown(part['type'])} is no text.`);
    checkKeys(part, `${at}.`, ['type', 'text']);
    if (typeof part['text'] !== 'string') throw invalid(`${at}.text`, part['text'], 'a text');
    return part['text'];
  });
  return texts.join('\n');
}

function messagesOf(value: unknown): readonly ChatMessage[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('messages', value, 'a list of one message or more');
  return value.map((message: unknown, index): ChatMessage => {
    const place = `messages[${index}]`;
    if (!isObject(message)) throw invalid(place, message, 'a message with role and content');
    checkKeys(message, `${place}.`, ['role', 'content']);
    const { role, content } = message;
    if (role !== 'system' && role !== 'user' && role !== 'assistant')
      throw invalid(`${place}.role`, role, '"system", "user" or "assistant"');
    return { role, content: contentOf(`${place}.content`, content) };
  });
}

function stopsOf(value: unknown): readonly string[] {
  if (isAbsent(value)) return [];
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  const allowed = 'a text, or a list of up to four texts, none of them empty';
  if (stops.length > 4 || !stops.every((stop) => typeof stop === 'string' && stop !== ''))
    throw invalid('stop', value, allowed);
  return stops as readonly string[];
}

function grammarOf(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  if (!isObject(value)) throw invalid('response_format', value, 'an object with a type');
  if (value['type'] === 'json_schema') {
    checkKeys(value, 'response_format.', ['type', 'json_schema']);
    const format = value['json_schema'];
    if (!isObject(format)) throw invalid('response_format.json_schema', format, 'an object with a schema');
    checkKeys(format, 'response_format.json_schema.', ['name', 'description', 'strict', 'schema']);
    return jsonSchemaGrammar(format['schema'] as JsonSchema);
  }
  checkKeys(value, 'response_format.', ['type']);
  if (value['type'] === 'json_object') return jsonSchemaGrammar({ type: 'object' });
  if (value['type'] === 'text') return undefined;
  throw invalid('response_format.type', value['type'], '"text", "json_object" or "json_schema"');
}

function logprobsOf(request: Fields): number | undefined {
  const { logprobs } = request;
  if (!isAbsent(logprobs) && typeof logprobs !== 'boolean') throw invalid('logprobs', logprobs, 'true or false');
  const top = wholeNumber(request, 'top_logprobs', 0, 20);
  if (logprobs === true) return top ?? 0;
  if (top !== undefined) throw invalid('top_logprobs', top, 'left out unless "logprobs" is true');
  return undefined;
}

/** Below this, logits divided by the temperature overflow f32; the most probable token is certain long before. */
const MIN_TEMPERATURE = 1e-30;

function temperatureOf(request: Fields): number {
  const temperature = between(request, 'temperature', 0, 2) ?? 1;
  return temperature < MIN_TEMPERATURE ? 0 : temperature;
}

/**
 * The settings of `request`. `supported`: the fields that the runtime computes.
 *
 * Throws `CHAT_REQUEST_UNSUPPORTED` for an unsupported or unknown field, `CHAT_REQUEST_INVALID` for a value out of range, and
 * `CHAT_SCHEMA_UNSUPPORTED` as `jsonSchemaGrammar`.
 */
export function checkChatRequest(request: ChatRequest, supported: ReadonlySet<ChatField>): ChatSettings {
  const fields: Fields = { ...request };
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'messages' || isAbsent(value) || supported.has(field as ChatField)) continue;
    throw unsupported(field, 'this runtime does not compute it.');
  }
  const { adapterId } = fields;
  if (!isAbsent(adapterId) && typeof adapterId !== 'string') throw invalid('adapterId', adapterId, 'a text');
  const maxTokens = wholeNumber(fields, 'max_tokens', 1, Number.MAX_SAFE_INTEGER);
  const seed = wholeNumber(fields, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const logprobs = logprobsOf(fields);
  const grammar = grammarOf(fields['response_format']);
  return {
    messages: messagesOf(fields['messages']),
    ...(isAbsent(adapterId) ? {} : { adapterId }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    temperature: temperatureOf(fields),
    topP: between(fields, 'top_p', 0, 1) ?? 1,
    topK: wholeNumber(fields, 'top_k', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    minP: between(fields, 'min_p', 0, 1) ?? 0,
    repetitionPenalty: between(fields, 'repetition_penalty', 0.01, 100) ?? 1,
    frequencyPenalty: between(fields, 'frequency_penalty', -2, 2) ?? 0,
    presencePenalty: between(fields, 'presence_penalty', -2, 2) ?? 0,
    ...(seed === undefined ? {} : { seed }),
    stops: stopsOf(fields['stop']),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(grammar === undefined ? {} : { grammar }),
  };
}
