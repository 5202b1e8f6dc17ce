// Decides, for every reader of a model, what its files say in several places and often wrongly: which tokens are control tokens, which
// ones end an answer, and whether a text begins with a token of its own. Chat, training, scoring and attribution read it here.
// Sources: transformers' tokenizers, and llama.cpp's rules for tokens that headers mistype (`src/llama-vocab.cpp`).
import type { ChatMessage } from '../chat/types.ts';
import type { ChatRenderer } from './createChatRenderer.ts';
import { tokenizerUnsupported } from './tokenizerUnsupported.ts';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Not part of the visible text. */
  readonly special: boolean;
  readonly [field: string]: unknown;
}

export interface SpecialTokensParameters {
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** Jinja source. */
  readonly chatTemplate: string | undefined;
  /** Renders a chat by the template, which may name `variables`; it may throw. */
  readonly render: ChatRenderer;
  /** Ends that the model's configs name. */
  readonly endOfSequenceIds: readonly number[];
  /** Number of tokens that the model can generate; absent: unknown. */
  readonly vocabularySize: number | undefined;
}

export interface SpecialTokens {
  /** Tokens that are found in a text before it is split, each text once. */
  readonly added: readonly AddedToken[];
  /** Tokens whose text another token has, which is the one that text becomes. */
  readonly duplicates: readonly Pick<AddedToken, 'id' | 'content'>[];
  /** Ids that no text of a person becomes: special tokens, and whatever marks a turn. */
  readonly control: ReadonlySet<number>;
  /** Ids after which an answer ends. The first one ends a row. */
  readonly endIds: readonly number[];
  /** Whether a text begins with `bos_token`; undefined: the post-processor of tokenizer.json says. */
  readonly addsBegin: boolean | undefined;
  /** `bos_token`, `eos_token`, ...: texts by name, for the template. */
  readonly texts: Texts;
}

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

const ROLES = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];
const LISTS = ['additional_special_tokens', 'extra_special_tokens'];

/** Names of control tokens that end a turn or a text, whichever field names them. Converters often write only one of several. */
const END_NAMES = new Set([
  '<|im_end|>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '<|end_of_turn|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<|END_OF_TURN_TOKEN|>',
  '<|fim_pad|>',
  '<|repo_name|>',
  '<|file_sep|>',
  '</s>',
  '<eos>',
  '<end_of_turn>',
  '<end_of_utterance>',
  '<turn|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<\uff5cend\u2581of\u2581sentence\uff5c>',
]);

/** An end in most vocabularies; Gemma's has it as a token of text. */
const HTML_ELEMENT = '</s>';

/** The form of a control token, whatever its type says: `<|x|>`, also with DeepSeek's full-width bars. */
const CONTROL_FORM = /^<[|\uff5c].*[|\uff5c]>$/s;
/** The form of a marker among ordinary vocabulary. */
const BRACKETED = /^(?:<[^\s].*>|\[[^\s].*\])$/s;
/**
 * An added token that is a marker if the template writes it, also a word such as `Human`. Not white space: vocabularies have runs of it,
 * which people's texts are to be read with. Nor a single character.
 */
const MARKER_FORM = /^(?=.*\S).{2,}$/su;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const contentOf = (value: unknown): string | undefined => {
  const content = isObject(value) ? value['content'] : value;
  return typeof content === 'string' && content !== '' ? content : undefined;
};

/** The tokens of both files: `added_tokens`, and those that tokenizer_config.json alone has or alone calls special. */
function listedTokens(tokenizerJson: Fields, tokenizerConfig: Fields): AddedToken[] {
  const listed = tokenizerJson['added_tokens'];
  const tokens = (Array.isArray(listed) ? listed : []).filter(isObject) as AddedToken[];
  const decoder = tokenizerConfig['added_tokens_decoder'];
  const contents = new Map(tokens.map(({ id, content }) => [id, content]));
  for (const [key, value] of Object.entries(isObject(decoder) ? decoder : {})) {
    const id = Number(key);
    // Of two texts for one id tokenizer.json's counts.
    if (isObject(value) && (contents.get(id) ?? value['content']) === value['content'])
      tokens.push({ ...value, id, special: value['special'] === true } as AddedToken);
  }
  return tokens.filter(({ id, content }) => Number.isSafeInteger(id) && id >= 0 && contentOf(content) !== undefined);
}

function* vocabularyOf(tokenizerJson: Fields): Generator<readonly [content: string, id: number]> {
  const model = tokenizerJson['model'];
  const vocab = isObject(model) ? model['vocab'] : undefined;
  if (Array.isArray(vocab)) {
    for (const [id, entry] of vocab.entries()) if (Array.isArray(entry)) yield [String(entry[0]), id];
  } else if (isObject(vocab)) {
    for (const content in vocab) yield [content, vocab[content] as number];
  }
}

/** What tokenizer_config.json names: by role, and all of it. */
function namedTexts(config: Fields): { texts: Record<string, string>; named: Set<string> } {
  const texts: Record<string, string> = {};
  for (const role of ROLES) {
    const content = contentOf(config[role]);
    if (content !== undefined) texts[role] = content;
  }
  const lists = LISTS.flatMap((field) => {
    const value = config[field];
    return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  });
  return {
    texts,
    named: new Set([...Object.values(texts), ...lists.map(contentOf).filter((each) => each !== undefined)]),
  };
}

/** Stands for the answer of a rendered chat: no template writes it. */
const ANSWER = '\ue001';

/** The text of a template outside its tags, and the literals within them. */
function literalsOf(template: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const found = template.slice(at).search(/\{[{%#]/);
    const begin = found < 0 ? template.length : at + found;
    parts.push(template.slice(at, begin));
    const close = { '{': '}}', '%': '%}', '#': '#}' }[template[begin + 1] ?? ''];
    const end = close === undefined ? -1 : template.indexOf(close, begin + 2);
    const tag = template.slice(begin, end < 0 ? template.length : end);
    parts.push(...(tag.match(/'[^']*'|"[^"]*"/g) ?? []));
    if (end < 0) return parts.join('\n');
    at = end + 2;
  }
}

/**
 * What a template writes itself: the text outside its tags and the literals within them, and some chats as it renders them, because it may
 * put a marker together from parts. A template that does not render a chat writes nothing there.
 */
function writtenBy({ chatTemplate, render }: SpecialTokensParameters, texts: Texts): readonly string[] {
  if (chatTemplate === undefined) return [];
  const question: ChatMessage = { role: 'user', content: '\ue000' };
  const chats: readonly (readonly ChatMessage[])[] = [
    [question, { role: 'assistant', content: ANSWER }],
    [{ role: 'system', content: '\ue000' }, question],
  ];
  const rendered = chats.flatMap((messages, index) => {
    try {
      return [render(texts, messages, index > 0)];
    } catch {
      // It says why when somebody uses it: some take no system message, and some cannot be parsed at all.
      return [];
    }
  });
  return [literalsOf(chatTemplate), ...rendered];
}

/** Classes of transformers whose texts begin with the beginning token unless the config says otherwise. */
const BEGINNING_CLASS = /^(?:Code)?(?:Llama|Gemma)Tokenizer(?:Fast)?$/;

function beginOf({ tokenizerJson, tokenizerConfig }: SpecialTokensParameters): boolean | undefined {
  const asked = tokenizerConfig['add_bos_token'];
  if (typeof asked === 'boolean') return asked;
  const silent = (tokenizerJson['post_processor'] ?? null) === null;
  const usual = BEGINNING_CLASS.test(String(tokenizerConfig['tokenizer_class']));
  return silent && usual && contentOf(tokenizerConfig['bos_token']) !== undefined ? true : undefined;
}

/** Decides once; see the fields of `SpecialTokens`. Throws `TOKENIZER_UNSUPPORTED` for a beginning token that is not there. */
export function decideSpecialTokens(parameters: SpecialTokensParameters): SpecialTokens {
  const { tokenizerJson, tokenizerConfig, vocabularySize } = parameters;
  const { texts, named } = namedTexts(tokenizerConfig);
  const ends = new Set(parameters.endOfSequenceIds);
  const written = writtenBy(parameters, texts);
  const isWritten = (content: string): boolean => written.some((text) => text.includes(content));

  const isSpecial = ({ id, content }: Pick<AddedToken, 'id' | 'content'>): boolean =>
    named.has(content) || ends.has(id) || (END_NAMES.has(content) && content !== HTML_ELEMENT);

  const byContent = new Map<string, AddedToken>();
  const others = new Map<number, string>();
  for (const token of listedTokens(tokenizerJson, tokenizerConfig)) {
    const known = byContent.get(token.content);
    if (known !== undefined && known.id !== token.id) others.set(token.id, token.content);
    const special = token.special === true || known?.special === true || isSpecial(token);
    byContent.set(token.content, { ...token, ...known, special });
  }
  // Control tokens that a file has as ordinary vocabulary: a text would be split at their letters, the template's own too.
  const ordinary = new Map<string, number>();
  for (const [content, id] of vocabularyOf(tokenizerJson)) {
    if (named.has(content)) ordinary.set(content, id);
    if (byContent.has(content) || !BRACKETED.test(content) || !Number.isSafeInteger(id)) continue;
    const special = CONTROL_FORM.test(content) || isSpecial({ id, content });
    if (special || isWritten(content)) {
      const exact = { single_word: false, lstrip: false, rstrip: false, normalized: false };
      byContent.set(content, { ...exact, id, content, special });
    }
  }
  const listed = tokenizerJson['duplicate_tokens'];
  for (const each of Array.isArray(listed) ? listed : [])
    if (isObject(each) && typeof each['content'] === 'string') others.set(Number(each['id']), each['content']);

  const added = [...byContent.values()];
  const marks = ({ content, special }: AddedToken): boolean =>
    special || CONTROL_FORM.test(content) || (MARKER_FORM.test(content) && isWritten(content));
  const marking = new Set(added.filter(marks).map(({ content }) => content));
  /** The other half of `<x>` and `</x>`. */
  const partner = (content: string): string =>
    /^[<[]\//.test(content) ? content[0] + content.slice(2) : `${content[0]}/${content.slice(1)}`;
  const isControl = (content: string): boolean =>
    marking.has(content) || (BRACKETED.test(content) && marking.has(partner(content)));
  const duplicates = [...others].map(([id, content]) => ({ id, content }));
  const control = new Set([...added, ...duplicates].filter(({ content }) => isControl(content)).map(({ id }) => id));

  const idsOf = (content = ''): number[] => {
    const ids = [...added, ...duplicates].filter((token) => token.content === content).map(({ id }) => id);
    const id = ordinary.get(content);
    return ids.length > 0 || id === undefined ? ids : [id];
  };
  const special = added.filter((token) => token.special);
  const afterAnswer =
    written
      .find((text) => text.includes(ANSWER))
      ?.split(ANSWER)
      .at(-1)
      ?.trimStart() ?? '';
  const [closing] = added
    .filter((token) => (token.special || CONTROL_FORM.test(token.content)) && afterAnswer.startsWith(token.content))
    .sort((one, other) => other.content.length - one.content.length);
  const endIds = [
    // As the model was trained to end a turn, which need not be how it was trained to end a text.
    ...idsOf(closing?.content),
    ...idsOf(texts['eos_token']),
    ...ends,
    ...special.filter(({ content }) => END_NAMES.has(content)).flatMap(({ content }) => idsOf(content)),
  ].filter((id) => Number.isSafeInteger(id) && id >= 0 && id < (vocabularySize ?? Number.POSITIVE_INFINITY));

  const addsBegin = beginOf(parameters);
  if (addsBegin === true && idsOf(texts['bos_token']).length === 0)
    throw tokenizerUnsupported('it begins texts with a token that is not there (add_bos_token).');
  return { added, duplicates, control, endIds: [...new Set(endIds)], addsBegin, texts };
}
