// Text to token ids and back, and messages to prompts, for any tokenizer.json that the library supports. Untrusted text never
// becomes a special token unless the caller asks for it: a message that spells an end token stays text.
import { Tokenizer } from '@huggingface/tokenizers';
import type { ChatMessage } from '../chat/types.ts';
import type { EncodeAnswerRequest, EncodedRow } from '../service.ts';
import { type ChatTemplate, openChatTemplate } from './chatTemplate.ts';
import { exactSplits } from './exactSplits.ts';
import { createStreamingDecoder, type StreamingDecoder } from './streamingDecoder.ts';
import { decoderKind } from './tokenBytes.ts';
import { tokenizerUnsupported } from './tokenizerUnsupported.ts';

export interface OpenTokenizerParameters {
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig?: Readonly<Record<string, unknown>>;
  /** Jinja source; absent: `encodeChat` joins the messages as plain text. */
  readonly chatTemplate?: string;
  /** The model's own end ids; the first one ends a row if the tokenizer's config names no end token. */
  readonly endOfSequenceIds?: readonly number[];
}

export interface EncodeOptions {
  /** Special tokens spelt in the text become their ids. Default: false, they are encoded as plain text. */
  readonly parseSpecial?: boolean;
  /** Adds the tokens that the tokenizer puts around a text (usually a beginning token). Default: false. */
  readonly addSpecial?: boolean;
}

export interface ChatOptions {
  readonly addGenerationPrompt: boolean;
  /** Special tokens spelt inside messages become their ids, as in the reference library. Default: false. */
  readonly parseSpecialInMessages?: boolean;
}

export interface TextTokenizer {
  /** Ids after which an answer ends: the tokenizer's end token, then the model's. */
  readonly endIds: readonly number[];
  encode(text: string, options?: EncodeOptions): number[];
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** UTF-8 of a token, possibly part of a character; undefined for special tokens and unknown ids. */
  bytesOf(id: number): Uint8Array | undefined;
  stream(): StreamingDecoder;
  renderChat(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string;
  encodeChat(messages: readonly ChatMessage[], options: ChatOptions): number[];
  /** A row as training and attribution use it: chat prompt, response, end token. */
  encodeRow(row: { readonly prompt: string; readonly response: string }): EncodedRow;
  /** The same for an answer whose tokens are known; see `EngineService.encodeAnswer`. */
  encodeAnswer(answer: EncodeAnswerRequest): EncodedRow;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly single_word?: boolean;
}

/** Attributes the library's exceptions, often thrown only when a rule is first used, to the tokenizer file. */
function guarded<Result>(use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    throw tokenizerUnsupported(error instanceof Error ? error.message : String(error), error);
  }
}

/** The library's byte-fallback decoder drops a leading U+FEFF, which is part of the text. */
function keepByteOrderMarks(tokenizer: Tokenizer): void {
  const { decoder } = tokenizer as unknown as {
    readonly decoder: { readonly decoders?: readonly { text_decoder?: TextDecoder }[] } | null;
  };
  for (const part of decoder?.decoders ?? []) {
    if (part.text_decoder !== undefined) part.text_decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  }
}

/** The library's Metaspace decoder drops a leading space even if the tokenizer adds none. */
function libraryDecoder(decoder: unknown, stripsFirstSpace: boolean): unknown {
  const { type, replacement = '\u2581' } = (decoder ?? {}) as {
    readonly type?: unknown;
    readonly replacement?: unknown;
  };
  if (type !== 'Metaspace' || stripsFirstSpace) return decoder;
  return {
    type: 'Sequence',
    decoders: [{ type: 'Replace', pattern: { String: replacement }, content: ' ' }, { type: 'Fuse' }],
  };
}

/** Names and texts of the special tokens in a tokenizer_config.json, each a string or an object. */
function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of ['bos_token', 'eos_token', 'unk_token', 'pad_token']) {
    const value = config[name];
    const content =
      typeof value === 'object' && value !== null ? (value as { readonly content?: unknown }).content : value;
    if (typeof content === 'string') tokens[name] = content;
  }
  return tokens;
}

/** A number between these private-use markers is the placeholder for the content of that message while a template is rendered. */
const [markBegin, markEnd] = ['\ue000', '\ue001'] as const;
const marked = /\ue000(\d+)\ue001/;

/** Opens a tokenizer. Throws `TOKENIZER_UNSUPPORTED`, or `CHAT_TEMPLATE_FAILED` for a template that is not Jinja. */
export function openTokenizer(parameters: OpenTokenizerParameters): TextTokenizer {
  const { tokenizerJson, chatTemplate } = parameters;
  const config = parameters.tokenizerConfig ?? {};
  const added = (
    Array.isArray(tokenizerJson['added_tokens']) ? tokenizerJson['added_tokens'] : []
  ) as readonly AddedToken[];
  const kind = decoderKind(tokenizerJson['decoder']);
  const decoder = libraryDecoder(tokenizerJson['decoder'], kind.stripFirstSpace);
  const parsing = guarded(
    () => new Tokenizer({ ...tokenizerJson, decoder }, { clean_up_tokenization_spaces: false, ...config }),
  );
  keepByteOrderMarks(parsing);
  // The same without special tokens in its text splitter. The large vocabulary is shared, not built twice.
  const plain = guarded(
    () =>
      new Tokenizer(
        {
          ...tokenizerJson,
          added_tokens: added.filter(({ special }) => !special),
          model: { ...(tokenizerJson['model'] as object), vocab: {}, merges: [] },
        },
        config,
      ),
  );
  plain.model = parsing.model;
  exactSplits(parsing);
  exactSplits(plain);
  const word = added.find(({ single_word }) => single_word === true);
  if (word !== undefined) throw tokenizerUnsupported(`its added token ${word.content} counts as a whole word only.`);
  const addedById = new Map(added.map((token) => [token.id, token]));
  const specialTexts = added.filter(({ special }) => special).map(({ content }) => content);
  const special = specialTokens(config);
  const template: ChatTemplate | undefined =
    chatTemplate === undefined ? undefined : openChatTemplate(chatTemplate, special);
  const endToken = special['eos_token'];
  const namedEnd = endToken === undefined ? undefined : parsing.token_to_id(endToken);
  const endIds = [...new Set([...(namedEnd === undefined ? [] : [namedEnd]), ...(parameters.endOfSequenceIds ?? [])])];

  const bytesOf: TextTokenizer['bytesOf'] = (id) => {
    const token = addedById.get(id);
    if (token !== undefined) return token.special ? undefined : new TextEncoder().encode(token.content);
    const text = parsing.id_to_token(id);
    return text === undefined ? undefined : kind.bytesOf(text);
  };

  const encode: TextTokenizer['encode'] = (text, options = {}) => {
    const tokenizer = options.parseSpecial === true ? parsing : plain;
    // Without its post-processor, the library fails on an empty text.
    return text === '' && options.addSpecial !== true
      ? []
      : guarded(() => tokenizer.encode(text, { add_special_tokens: options.addSpecial === true }).ids);
  };

  const renderChat: TextTokenizer['renderChat'] = (messages, addGenerationPrompt) => {
    if (template !== undefined) return template.render(messages, addGenerationPrompt);
    return messages.map(({ content }) => `${content}\n`).join('');
  };

  /** Renders with placeholders for contents that spell special tokens, which are then encoded as plain text. */
  const encodeMarked = (messages: readonly ChatMessage[], addGenerationPrompt: boolean): number[] => {
    const inner = messages.map(({ content }) => content.trim());
    const safe = messages.map(({ role, content }, index) => {
      const text = inner[index] as string;
      // Markers in a user's text are also text.
      if (![markBegin, ...specialTexts].some((token) => text.includes(token))) return { role, content };
      const begin = content.indexOf(text);
      return {
        role,
        content: content.slice(0, begin) + markBegin + index + markEnd + content.slice(begin + text.length),
      };
    });
    // `split` with a group puts the message numbers at the odd indices.
    return renderChat(safe, addGenerationPrompt)
      .split(marked)
      .flatMap((part, place) =>
        place % 2 === 0 ? encode(part, { parseSpecial: true }) : encode(inner[Number(part)] ?? ''),
      );
  };

  const encodeChat: TextTokenizer['encodeChat'] = (messages, { addGenerationPrompt, parseSpecialInMessages }) => {
    const spells = messages.some(({ content }) => specialTexts.some((token) => content.includes(token)));
    if (spells && parseSpecialInMessages !== true) return encodeMarked(messages, addGenerationPrompt);
    return encode(renderChat(messages, addGenerationPrompt), { parseSpecial: true });
  };

  const encodeAnswer: TextTokenizer['encodeAnswer'] = ({ prompt, answerIds, ended }) => {
    const promptIds = encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
    const endId = ended ? endIds.slice(0, 1) : [];
    return { inputIds: [...promptIds, ...answerIds, ...endId], promptLength: promptIds.length };
  };

  return {
    endIds,
    encode,
    decode(ids, options = {}) {
      // The library refuses an empty list.
      return ids.length === 0
        ? ''
        : guarded(() => parsing.decode([...ids], { skip_special_tokens: options.skipSpecial === true }));
    },
    bytesOf,
    stream: () => createStreamingDecoder(bytesOf, kind.stripFirstSpace),
    renderChat,
    encodeChat,
    encodeRow: ({ prompt, response }) => encodeAnswer({ prompt, answerIds: encode(response), ended: true }),
    encodeAnswer,
  };
}
