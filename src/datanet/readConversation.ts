// One question and answer from a list of messages in the forms that chat data has: OpenAI's role and content (a text, or parts),
// ShareGPT's from and value, Gemini's parts, the sender and text of Claude's export.
import type { Json } from '../lib/canonicalJson.ts';
import { fault, isObject, type RowFault } from './rowFault.ts';

export interface Conversation {
  readonly system?: string;
  readonly prompt: string;
  readonly response: string;
  /** Fields of messages that are left out, as paths. */
  readonly unused: readonly string[];
}

const ROLES: Readonly<Record<string, 'assistant' | 'system' | 'user'>> = {
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  chatbot: 'assistant',
  ai: 'assistant',
  system: 'system',
  // OpenAI's newer name of a system message.
  developer: 'system',
};
const TOOL_ROLES = /^(?:tool|function|function_call|function_response|observation|ipython|tool_call|tool_response)$/;

/** Text of a message: a text, or a list of parts that are all text; null for other parts, whose type is then named. */
function contentText(content: Json | undefined): { readonly text: string } | { readonly part: string } {
  if (typeof content === 'string') return { text: content };
  if (!Array.isArray(content)) return { part: content === null || content === undefined ? 'nothing' : typeof content };
  const texts: string[] = [];
  for (const part of content as readonly Json[]) {
    if (typeof part === 'string') texts.push(part);
    else if (
      isObject(part) &&
      typeof part['text'] === 'string' &&
      /^(?:|text|input_text|output_text)$/.test(String(part['type'] ?? ''))
    )
      texts.push(part['text']);
    else
      return {
        part: isObject(part) ? String(part['type'] ?? Object.keys(part)[0] ?? 'nothing').slice(0, 40) : 'nothing',
      };
  }
  return { text: texts.join('') };
}

function isEmpty(value: Json | undefined): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The one turn of the messages in `field`. Several turns, tools and images are refused by their name. */
export function readConversation(
  field: string,
  messages: Json | undefined,
): Conversation | { readonly fault: RowFault } {
  if (!Array.isArray(messages))
    return fault(field, 'FIELD_NOT_LIST', `"${field}" must be a list of { role, content }.`);
  const spoken: { readonly role: 'assistant' | 'system' | 'user'; readonly text: string }[] = [];
  const unused = new Set<string>();
  for (const message of messages as readonly Json[]) {
    if (!isObject(message)) return invalid(field);
    const roleField = ['role', 'from', 'sender'].find((name) => typeof message[name] === 'string');
    const contentField = ['content', 'value', 'parts', 'text'].find((name) => Object.hasOwn(message, name));
    if (roleField === undefined) return invalid(field);
    const name = (message[roleField] as string).trim().toLowerCase();
    const hasCall = ['tool_calls', 'function_call', 'tool_call_id'].some((call) => !isEmpty(message[call]));
    if (TOOL_ROLES.test(name) || hasCall)
      return fault(
        field,
        'MESSAGE_TOOL',
        'This conversation calls a tool; a row holds a question and its answer only.',
      );
    const role = ROLES[name];
    if (role === undefined)
      return fault(field, 'MESSAGE_ROLE', `The role "${name.slice(0, 40)}" is not known.`, {
        field,
        role: name.slice(0, 40),
      });
    if (contentField === undefined) return invalid(field);
    const content = contentText(message[contentField]);
    if ('part' in content)
      return fault(field, 'MESSAGE_PART', `A message holds something other than text ("${content.part}").`, {
        field,
        part: content.part,
      });
    spoken.push({ role, text: content.text });
    for (const key of Object.keys(message))
      if (key !== roleField && key !== contentField && !isEmpty(message[key])) unused.add(`${field}[].${key}`);
  }
  const leading = spoken.findIndex(({ role }) => role !== 'system');
  const system = spoken.slice(0, Math.max(leading, 0)).map(({ text }) => text);
  const [user, assistant, ...rest] = spoken.slice(Math.max(leading, 0));
  if (user?.role !== 'user' || assistant?.role !== 'assistant' || system.length > 1)
    return fault(
      field,
      'MESSAGES_ORDER',
      'Messages must be one of the user, then one of the assistant; a system message may come first.',
    );
  if (rest.length > 0) {
    const turns = spoken.filter(({ role }) => role === 'user').length;
    return fault(
      field,
      'MESSAGES_MANY_TURNS',
      'This conversation has more than one question and answer; a row holds one.',
      { field, turns },
    );
  }
  return {
    ...(system[0] === undefined ? {} : { system: system[0] }),
    prompt: user.text,
    response: assistant.text,
    unused: [...unused],
  };
}

function invalid(field: string): { readonly fault: RowFault } {
  return fault(field, 'MESSAGE_INVALID', 'Each message needs the texts "role" and "content" ("from" and "value").');
}
