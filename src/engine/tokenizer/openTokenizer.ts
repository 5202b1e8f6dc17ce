// Text to token ids and back, and messages to prompts, for any tokenizer.json that the library supports. Which tokens are control
// tokens is decided elsewhere (`specialTokens.ts`); here, what a person wrote never becomes one unless the caller asks for it.
import { Tokenizer } from '@huggingface/tokenizers';
import type { ChatMessage } from '../chat/types.ts';
import type { EncodeAnswerRequest, EncodedRow } from '../service.ts';
import { createChatRenderer } from './createChatRenderer.ts';
import { exactSplits } from './exactSplits.ts';
import { decideSpecialTokens } from './specialTokens.ts';
import { createStreamingDecoder, type StreamingDecoder } from './streamingDecoder.ts';
import { decoderKind } from './tokenBytes.ts';
import { tokenizerUnsupported } from './tokenizerUnsupported.ts';

export interface OpenTokenizerParameters {
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig?: Readonly<Record<string, unknown>>;
  /** Jinja source; absent: `encodeChat` joins the messages as plain text. */
  readonly chatTemplate?: string;
  /** The ends that the model's configs name. */
  readonly endOfSequenceIds?: readonly number[];
  /** Number of tokens that the model knows; a token of the tokenizer beyond it ends no answer. */
  readonly vocabularySize?: number;
}

export interface EncodeOptions {
  /** Control tokens spelt in the text become their ids. Default: false, they are encoded as plain text. */
  readonly parseSpecial?: boolean;
  /** Adds the tokens that the tokenizer puts around a text (usually a beginning token). Default: false. */
  readonly addSpecial?: boolean;
}

export interface ChatOptions {
  readonly addGenerationPrompt: boolean;
  /** Control tokens spelt inside messages become their ids, as in the reference library. Default: false. */
  readonly parseSpecialInMessages?: boolean;
}

export interface TextTokenizer {
  /** Ids after which an answer ends; the first one ends a row. */
  readonly endIds: readonly number[];
  /** Ids that begin a text, and a chat of a model without a template: a template writes its own beginning. */
  readonly beginIds: readonly number[];
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

/** A number between these private-use markers is the placeholder for the content of that message while a template is rendered. */
const [markBegin, markEnd] = ['\ue000', '\ue001'] as const;
const marked = /\ue000(\d+)\ue001/;

/** Where `inner`, which is not empty, begins in `outer`; 0 if it is not there. */
function startOf(inner: readonly number[], outer: readonly number[]): number {
  const at = outer.findIndex((_, start) => inner.every((id, index) => outer[start + index] === id));
  return Math.max(at, 0);
}

/**
 * Opens a tokenizer. Throws `TOKENIZER_UNSUPPORTED`. A template that cannot be parsed throws `CHAT_TEMPLATE_FAILED` when a chat is
 * rendered: the model is of use without.
 */
export function openTokenizer(parameters: OpenTokenizerParameters): TextTokenizer {
  const { tokenizerJson, chatTemplate, vocabularySize } = parameters;
  const tokenizerConfig = parameters.tokenizerConfig ?? {};
  const render = createChatRenderer(chatTemplate ?? '');
  const { added, duplicates, control, endIds, addsBegin, texts } = decideSpecialTokens({
    tokenizerJson,
    tokenizerConfig,
    chatTemplate,
    render,
    endOfSequenceIds: parameters.endOfSequenceIds ?? [],
    vocabularySize,
  });
  const kind = decoderKind(tokenizerJson['decoder']);
  const decoder = libraryDecoder(tokenizerJson['decoder'], kind.stripFirstSpace);
  const open = (json: object, config: object): Tokenizer =>
    guarded(() => new Tokenizer({ ...tokenizerJson, ...json }, config));
  const parsing = open({ added_tokens: added, decoder }, { clean_up_tokenization_spaces: false, ...tokenizerConfig });
  for (const { id, content } of duplicates) if (parsing.model !== null) parsing.model.vocab[id] = content;
  keepByteOrderMarks(parsing);
  // The same without control tokens in its text splitter. The large vocabulary is shared, not built twice.
  const words = added.filter(({ id }) => !control.has(id));
  const model = { ...(tokenizerJson['model'] as object), vocab: {}, merges: [] };
  const plain = open({ added_tokens: words, model }, tokenizerConfig);
  plain.model = parsing.model;
  exactSplits(parsing);
  exactSplits(plain);
  const word = added.find((token) => token['single_word'] === true);
  if (word !== undefined) throw tokenizerUnsupported(`its added token ${word.content} counts as a whole word only.`);
  const addedById = new Map(added.map((token) => [token.id, token]));
  for (const { id, content } of duplicates) {
    const twin = added.find((token) => token.content === content);
    if (twin !== undefined) addedById.set(id, twin);
  }

  const bytesOf: TextTokenizer['bytesOf'] = (id) => {
    const token = addedById.get(id);
    if (token !== undefined) return token.special ? undefined : new TextEncoder().encode(token.content);
    const text = parsing.id_to_token(id);
    return text === undefined ? undefined : kind.bytesOf(text);
  };

  /** What a letter outside the vocabulary becomes: the one control token that may stand for a person's text. */
  const unknownId = (parsing.model as { readonly unk_token_id?: number } | null)?.unk_token_id;
  const unknownText = unknownId === undefined ? undefined : parsing.id_to_token(unknownId);
  const idOf = (text: string): number | undefined => parsing.token_to_id(text);
  /** A control token as its letters: a vocabulary that has it as a word can merge these letters to it. */
  const spelled = (id: number): number[] =>
    [...(parsing.id_to_token(id) ?? '')].flatMap((letter) => {
      const bytes = [...new TextEncoder().encode(letter)].map((byte) =>
        byte.toString(16).toUpperCase().padStart(2, '0'),
      );
      const ids = [idOf(letter)].concat(bytes.map((byte) => idOf(`<0x${byte}>`)));
      const [whole, ...parts] = ids;
      return whole === undefined ? parts.filter((part) => part !== undefined) : [whole];
    });

  const encode: TextTokenizer['encode'] = (text, { parseSpecial = false, addSpecial = false } = {}) => {
    const tokenizer = parseSpecial ? parsing : plain;
    // Without its post-processor, the library fails on an empty text.
    if (text === '' && !addSpecial) return [];
    const { ids } = guarded(() => tokenizer.encode(text, { add_special_tokens: addSpecial }));
    if (parseSpecial || addSpecial) return ids;
    return ids.flatMap((id) => (control.has(id) && id !== unknownId ? spelled(id) : [id]));
  };

  /** The ids that the tokenizer puts before a text; what it puts after one would end a chat before its answer. */
  function beginIdsOf(): readonly number[] {
    if (addsBegin === false) return [];
    const probe = 'a';
    const around = encode(probe, { addSpecial: true });
    const found = around.slice(0, startOf(encode(probe), around));
    const named = idOf(texts['bos_token'] ?? '');
    return addsBegin === true && found.length === 0 && named !== undefined ? [named] : found;
  }
  const beginIds = beginIdsOf();

  const renderChat: TextTokenizer['renderChat'] = (messages, addGenerationPrompt) => {
    if (chatTemplate === undefined) return messages.map(({ content }) => `${content}\n`).join('');
    return render(texts, messages, addGenerationPrompt);
  };

  /** The prompt in parts: at even places what the template writes, between them the indices of the contents that it was not shown. */
  function separated(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string[] {
    const safe = messages.map(({ role, content }, index) => {
      const inner = content.trim();
      if (inner === '') return { role, content };
      const begin = content.indexOf(inner);
      const after = content.slice(begin + inner.length);
      return { role, content: content.slice(0, begin) + markBegin + index + markEnd + after };
    });
    // `split` with a group puts the message numbers at the odd indices.
    return renderChat(safe, addGenerationPrompt).split(marked);
  }

  const encodeChat: TextTokenizer['encodeChat'] = (
    messages,
    { addGenerationPrompt, parseSpecialInMessages = false },
  ) => {
    const text = renderChat(messages, addGenerationPrompt);
    if (chatTemplate === undefined) return [...beginIds, ...encode(text, { parseSpecial: parseSpecialInMessages })];
    const whole = encode(text, { parseSpecial: true });
    if (parseSpecialInMessages) return whole;
    const parts = separated(messages, addGenerationPrompt);
    const own = parts.map((part, place) => (place % 2 === 0 ? encode(part, { parseSpecial: true }) : []));
    const isSpelled = unknownText !== undefined && messages.some(({ content }) => content.includes(unknownText));
    const controlIds = (ids: readonly number[]): string =>
      ids.filter((id) => control.has(id) && (id !== unknownId || isSpelled)).join();
    // The whole is encoded as the model learnt to read it, as long as every control token in it is the template's own: a message
    // cannot bring one, nor complete one that the template or another message begins.
    if (controlIds(whole) === controlIds(own.flat())) return whole;
    return own.flatMap((ids, place) =>
      place % 2 === 0 ? ids : encode(messages[Number(parts[place])]?.content.trim() ?? ''),
    );
  };

  const encodeAnswer: TextTokenizer['encodeAnswer'] = ({ prompt, answerIds, ended }) => {
    const promptIds = encodeChat([{ role: 'user', content: prompt }], { addGenerationPrompt: true });
    const endId = ended ? endIds.slice(0, 1) : [];
    return { inputIds: [...promptIds, ...answerIds, ...endId], promptLength: promptIds.length };
  };

  return {
    endIds,
    beginIds,
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
