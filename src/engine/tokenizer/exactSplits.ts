// Corrects where @huggingface/tokenizers splits text differently from the Rust tokenizers package, with which models are trained:
// behaviours of Split and Punctuation that it treats as `Isolated`, digits beyond ASCII, U+FEFF and U+0085 as white space, lengths that are
// counted in code points, and Metaspace, which cuts before each space.
import type { Tokenizer } from '@huggingface/tokenizers';
import { tokenizerUnsupported } from './tokenizerUnsupported.ts';

/** A pre-tokenizer in a tokenizer.json; a sequence has several. */
interface Config {
  readonly type?: unknown;
  readonly behavior?: unknown;
  readonly invert?: unknown;
  readonly individual_digits?: unknown;
  readonly split?: unknown;
  readonly length?: unknown;
  readonly replacement?: unknown;
  readonly pretokenizers?: readonly Config[];
}

/** The parts of the library's pre-tokenizer that are changed here. */
interface PreTokenizer {
  readonly tokenizers?: readonly PreTokenizer[];
  pattern?: RegExp | null;
  pre_tokenize_text(text: string, options?: unknown): string[];
}

interface Piece {
  readonly text: string;
  readonly matches: boolean;
}

/** The whole text, cut before and after each match. */
function piecesOf(text: string, pattern: RegExp, invert: boolean): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const add = (to: number, matches: boolean): void => {
    if (to > end) pieces.push({ text: text.slice(end, to), matches: matches !== invert });
    end = to;
  };
  for (const match of text.matchAll(pattern)) {
    add(match.index, false);
    add(match.index + match[0].length, true);
  }
  add(text.length, false);
  return pieces;
}

/** Merges neighbours for which `joins` is true. */
function joined(pieces: readonly Piece[], joins: (left: Piece, right: Piece) => boolean): string[] {
  const texts: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const left = pieces[index - 1];
    if (left !== undefined && joins(left, piece)) texts.push(texts.pop() + piece.text);
    else texts.push(piece.text);
  }
  return texts;
}

const behaviours = new Map<string, (pieces: readonly Piece[]) => string[]>([
  ['isolated', (pieces) => joined(pieces, () => false)],
  ['removed', (pieces) => pieces.filter(({ matches }) => !matches).map(({ text }) => text)],
  ['contiguous', (pieces) => joined(pieces, (left, right) => left.matches === right.matches)],
  ['mergedwithprevious', (pieces) => joined(pieces, (left, right) => !left.matches && right.matches)],
  ['mergedwithnext', (pieces) => joined(pieces, (left, right) => left.matches && !right.matches)],
]);

const punctuation = /[!-/:-@[-`{-~\p{P}]/gu;
const bytesOfWords =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Pre-tokenizers that keep what matches, and drop the white space between: by Unicode's `White_Space`, and Rust's `\w`. */
const kept = new Map<unknown, RegExp>([
  [
    'Whitespace',
    /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu,
  ],
  ['WhitespaceSplit', /\P{White_Space}+/gu],
  ['BertPreTokenizer', /[!-/:-@[-`{-~\p{P}]|[^!-/:-@[-`{-~\p{P}\p{White_Space}]+/gu],
]);

/** Each space, as the mark that stands for it, begins a piece, so two spaces never merge to one token; `split: false` cuts nowhere. */
function cutAtSpaces(part: PreTokenizer, mark: string, split: boolean): void {
  const marked = part.pre_tokenize_text.bind(part);
  part.pre_tokenize_text = (text, options) => {
    if (text === '') return [];
    const pieces = marked(text, options);
    if (!split) return pieces;
    return pieces.flatMap((piece) => {
      const [first = '', ...others] = piece.split(mark);
      return [first, ...others.map((each) => mark + each)].filter((each) => each !== '');
    });
  };
}

/** Throws `TOKENIZER_UNSUPPORTED` for a behaviour outside the format. */
function makeExact(part: PreTokenizer, config: Config): void {
  for (const [index, inner] of (part.tokenizers ?? []).entries()) makeExact(inner, config.pretokenizers?.[index] ?? {});
  const {
    type,
    behavior = 'Isolated',
    invert,
    individual_digits: single,
    replacement = '\u2581',
    split,
    length,
  } = config;
  if (type === 'Digits') part.pattern = single === true ? /\p{N}|\P{N}+/gu : /\p{N}+|\P{N}+/gu;
  // The format's default is to split; files older than the field mean that as well.
  if (type === 'Metaspace') cutAtSpaces(part, String(replacement), split !== false);
  if (type === 'ByteLevel') part.pattern = bytesOfWords;
  const keeps = type === 'FixedLength' ? new RegExp(`.{1,${Number(length) || 5}}`, 'gsu') : kept.get(type);
  if (keeps !== undefined) part.pre_tokenize_text = (text) => text.match(keeps) ?? [];
  const pattern = type === 'Split' ? part.pattern : type === 'Punctuation' ? punctuation : undefined;
  if (!pattern) return;
  const name = String(behavior).slice(0, 80);
  const combine = behaviours.get(name.toLowerCase());
  if (combine === undefined) throw tokenizerUnsupported(`it splits text by the behaviour ${name}.`);
  part.pre_tokenize_text = (text) => combine(piecesOf(text, pattern, invert === true));
}

/** Makes `tokenizer` split text as the Rust package does. Throws `TOKENIZER_UNSUPPORTED`. */
export function exactSplits(tokenizer: Tokenizer): void {
  const { pre_tokenizer: part, tokenizer: json } = tokenizer as unknown as {
    readonly pre_tokenizer: PreTokenizer | null;
    readonly tokenizer: { readonly pre_tokenizer?: Config | null };
  };
  if (part !== null) makeExact(part, json.pre_tokenizer ?? {});
}
