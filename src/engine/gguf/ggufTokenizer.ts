// Rebuilds `tokenizer.json` and `tokenizer_config.json` from a GGUF header, so that one tokenizer serves both kinds of
// file. Byte-level BPE (`tokenizer.ggml.model` = "gpt2"; splits by llama.cpp's `pre` names) and SentencePiece BPE with byte
// fallback ("llama").
import { modelInvalid, modelUnsupported } from '../modelErrors.ts';
import { ggufTokenIds } from './ggufTokenIds.ts';
import type { GgufHeader } from './readGgufHeader.ts';
import { scoreMerges } from './scoreMerges.ts';

export interface GgufTokenizer {
  readonly tokenizerJson: Record<string, unknown>;
  readonly tokenizerConfig: Record<string, unknown>;
  readonly chatTemplate?: string;
}

interface Split {
  readonly preTokenizer: Record<string, unknown>;
  readonly normalizer?: Record<string, unknown>;
  /** A pre-token that is in the vocabulary becomes one token without merging. */
  readonly ignoreMerges?: boolean;
  /** Texts begin with the beginning token if the header does not say, as llama.cpp has it. */
  readonly addsBegin?: boolean;
}

const byteLevel = (useRegex: boolean): Record<string, unknown> => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const sequence = (...pretokenizers: Record<string, unknown>[]): Record<string, unknown> => ({
  type: 'Sequence',
  pretokenizers,
});
const splitBy = (pattern: string): Record<string, unknown> =>
  sequence({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }, byteLevel(false));

/** Llama 3's and Qwen2's pattern; they differ in how many digits form one piece. */
const wordPattern = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const llama3: Split = { preTokenizer: splitBy(wordPattern('\\p{N}{1,3}')), ignoreMerges: true, addsBegin: true };
const qwen2: Split = { preTokenizer: splitBy(wordPattern('\\p{N}')), normalizer: { type: 'NFC' } };
const gpt2: Split = { preTokenizer: byteLevel(true) };
const splits = new Map<string, Split>([
  ['llama-bpe', llama3],
  ['llama3', llama3],
  ['llama-v3', llama3],
  ['smaug-bpe', { ...llama3, addsBegin: false }],
  ['qwen2', qwen2],
  // DeepSeek's distillations of Qwen: the same vocabulary with other special tokens.
  ['deepseek-r1-qwen', qwen2],
  // Phi-4: Llama 3's pattern, but merges strictly by rank.
  ['dbrx', { preTokenizer: llama3.preTokenizer }],
  ['smollm', { preTokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)) }],
  ['gpt-2', gpt2],
  ['default', gpt2],
]);

/**
 * llama.cpp's token types: 2 is unknown and 3 control (both special), 4 user-defined (added, not special). Converters type many a
 * control token as normal; `decideSpecialTokens` finds those.
 */
const [unknownType, control, userDefined] = [2, 3, 4] as const;

function strings(header: GgufHeader, key: string): readonly string[] {
  const value = header.metadata.get(key)?.value;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw modelInvalid(key, `${key} is no array of strings.`);
  return value;
}

function text(header: GgufHeader, key: string): string | undefined {
  const value = header.metadata.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whether a token swallows the white space after it. The format has no field for this: Phi-3's tokenizer does it for all special
 * tokens except these, and llama.cpp also recognises the model by its name.
 */
function takesSpaceAfter(header: GgufHeader): (content: string) => boolean {
  const isPhi3 = /phi-?3/i.test(text(header, 'general.name') ?? '');
  const plain = new Set(['<unk>', '<s>', '<|endoftext|>']);
  return (content) => isPhi3 && !plain.has(content);
}

function addedTokens(header: GgufHeader, tokens: readonly string[]): Record<string, unknown>[] {
  const rstrip = takesSpaceAfter(header);
  const types = header.metadata.get('tokenizer.ggml.token_type')?.value;
  if (!ArrayBuffer.isView(types) || types.length !== tokens.length) {
    throw modelInvalid('tokenizer.ggml.token_type', 'tokenizer.ggml.token_type is not one number for each token.');
  }
  return tokens.flatMap((content, id) => {
    const type = Number(types[id]);
    if (type !== unknownType && type !== control && type !== userDefined) return [];
    return [
      {
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: type === control && rstrip(content),
        normalized: false,
        special: type !== userDefined,
      },
    ];
  });
}

function template(begin: string, id: number): Record<string, unknown> {
  const special = { SpecialToken: { id: begin, type_id: 0 } };
  const first = { Sequence: { id: 'A', type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [special, first],
    pair: [special, first, { SpecialToken: { id: begin, type_id: 1 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [begin]: { id: begin, ids: [id], tokens: [begin] } },
  };
}

type Json = Readonly<Record<string, unknown>>;

/** The parts that depend on the kind of tokenizer, in the terms of tokenizer.json. */
interface Kind {
  readonly normalizer: Json | null;
  readonly preTokenizer: Json | null;
  readonly decoder: Json;
  readonly model: Json;
  /** Whether to add a beginning token if the header does not say. */
  readonly addsBegin: boolean;
}

const bpe = { type: 'BPE', dropout: null, continuing_subword_prefix: null, end_of_word_suffix: null };

function byteLevelKind(header: GgufHeader): Kind {
  const pre = text(header, 'tokenizer.ggml.pre') ?? 'default';
  const split = splits.get(pre);
  if (split === undefined) {
    const name = pre.slice(0, 80);
    throw modelUnsupported('tokenizer.ggml.pre', name, `its tokenizer splits text by rules called ${name}.`);
  }
  const merges = strings(header, 'tokenizer.ggml.merges').map((merge) => {
    // A merge is two tokens separated by a space; byte-level tokens never contain a space.
    const space = merge.indexOf(' ', 1);
    return [merge.slice(0, space), merge.slice(space + 1)];
  });
  return {
    normalizer: split.normalizer ?? null,
    preTokenizer: split.preTokenizer,
    decoder: byteLevel(true),
    model: {
      ...bpe,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: split.ignoreMerges ?? false,
      merges,
    },
    addsBegin: split.addsBegin ?? false,
  };
}

function sentencePieceKind(header: GgufHeader, vocabulary: ReadonlyMap<string, number>, unknown: string | null): Kind {
  const scores = header.metadata.get('tokenizer.ggml.scores')?.value;
  const tokens = strings(header, 'tokenizer.ggml.tokens');
  if (!(scores instanceof Float32Array) || scores.length !== tokens.length) {
    throw modelInvalid('tokenizer.ggml.scores', 'tokenizer.ggml.scores is not one number for each token.');
  }
  const prepends = header.metadata.get('tokenizer.ggml.add_space_prefix')?.value !== false;
  const mark = '\u2581';
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: mark };
  const decoders: Json[] = [
    { type: 'Replace', pattern: { String: mark }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ];
  if (prepends) decoders.push({ type: 'Strip', content: ' ', start: 1, stop: 0 });
  return {
    normalizer: { type: 'Sequence', normalizers: [...(prepends ? [{ type: 'Prepend', prepend: mark }] : []), replace] },
    preTokenizer: null,
    decoder: { type: 'Sequence', decoders },
    model: {
      ...bpe,
      unk_token: unknown,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      merges: scoreMerges(vocabulary, scores),
    },
    addsBegin: true,
  };
}

/**
 * The tokenizer in a GGUF header; undefined if the file has none. Throws `MODEL_UNSUPPORTED` for an unknown tokenizer model or
 * split name, `MODEL_INVALID` if the arrays disagree.
 */
export function ggufTokenizer(header: GgufHeader): GgufTokenizer | undefined {
  const model = text(header, 'tokenizer.ggml.model');
  if (model === undefined || model === 'no_vocab' || model === 'none') return undefined;
  if (model !== 'gpt2' && model !== 'llama') {
    const name = model.slice(0, 80);
    throw modelUnsupported(
      'tokenizer.ggml.model',
      name,
      `its tokenizer is of the kind ${name}; gpt2 and llama are read.`,
    );
  }
  const tokens = strings(header, 'tokenizer.ggml.tokens');
  const tokenOf = (role: string): { id: number; content: string } | undefined => {
    const [id] = ggufTokenIds(header, role);
    return id === undefined ? undefined : { id, content: tokens[id] as string };
  };
  const added = addedTokens(header, tokens);
  const addedIds = new Set(added.map(({ id }) => id));
  const vocabulary = new Map<string, number>();
  const duplicates: { readonly id: number; readonly content: string }[] = [];
  tokens.forEach((content, id) => {
    if (addedIds.has(id)) return;
    // Of several tokens with one text the first is the one that text becomes.
    if (vocabulary.has(content)) duplicates.push({ id, content });
    else vocabulary.set(content, id);
  });
  const unknown = tokenOf('unknown')?.content ?? null;
  const kind = model === 'gpt2' ? byteLevelKind(header) : sentencePieceKind(header, vocabulary, unknown);
  const begin = tokenOf('bos');
  const asked = header.metadata.get('tokenizer.ggml.add_bos_token')?.value;
  if (asked !== undefined && typeof asked !== 'boolean')
    throw modelInvalid('tokenizer.ggml.add_bos_token', 'tokenizer.ggml.add_bos_token is neither true nor false.');
  const addBegin = asked ?? (kind.addsBegin && (model === 'llama' || begin !== undefined));
  if (addBegin && begin === undefined) {
    throw modelInvalid('tokenizer.ggml.bos_token_id', 'its tokenizer adds a beginning token that is not there.');
  }
  // Without a prototype: a token may be called __proto__.
  const vocab = Object.assign(Object.create(null) as Record<string, number>, Object.fromEntries(vocabulary));
  const chatTemplate = text(header, 'tokenizer.chat_template') ?? '';
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: kind.normalizer,
      pre_tokenizer: kind.preTokenizer,
      post_processor: addBegin && begin !== undefined ? template(begin.content, begin.id) : null,
      decoder: kind.decoder,
      model: { ...kind.model, vocab },
      ...(duplicates.length === 0 ? {} : { duplicate_tokens: duplicates }),
    },
    tokenizerConfig: {
      clean_up_tokenization_spaces: false,
      bos_token: begin?.content ?? null,
      eos_token: tokenOf('eos')?.content ?? null,
      unk_token: unknown,
      // No text ever holds it, so an id outside the vocabulary does no harm.
      pad_token: tokens[Number(header.metadata.get('tokenizer.ggml.padding_token_id')?.value)] ?? null,
    },
    // llama.cpp, too, takes an empty template for none.
    ...(chatTemplate.trim() === '' ? {} : { chatTemplate }),
  };
}
