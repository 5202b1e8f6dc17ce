// Jinja source to tokens, with `trim_blocks` and `lstrip_blocks` as transformers sets them. Follows `lexer.py` of Jinja 3.1: which
// white space a tag takes with it is decided here and nowhere else.
import { templateInvalid, templateUnsupported } from './templateErrors.ts';

export interface Token {
  readonly type: 'data' | 'begin' | 'end' | 'name' | 'string' | 'integer' | 'float' | 'operator' | 'eof';
  /** Text of a string, digits of a number, sign of an operator; for `begin` and `end` the kind of tag. */
  readonly value: string;
  readonly line: number;
}

/** What Python's `str.isspace` and `\s` hold for; JavaScript's differ in six characters. */
export const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const ONE_SPACE = new RegExp(SPACE, 'u');
const ALL_SPACE = new RegExp(`^${SPACE}*$`, 'u');

const BEGIN = /\{%|\{\{|\{#/g;
const RAW = new RegExp(`\\{%[-+]?${SPACE}*raw${SPACE}*(-?)%\\}`, 'yu');
const END_RAW = new RegExp(`\\{%([-+]?)${SPACE}*endraw${SPACE}*([-+]?)%\\}`, 'gu');
const END_COMMENT = /([-+]?)#\}/g;
const SPACES = new RegExp(`${SPACE}*`, 'yu');
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{N}_][\p{L}\p{N}\p{M}_]*/uy;
const STRING = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/** From the end: an expression would try each run of white space from each of its characters. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ONE_SPACE.test(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}

/** A string literal's text: Jinja escapes what is not ASCII first, so a backslash before such a character stays one. */
function unescaped(body: string, line: number): string {
  const ascii = body.replace(/[^\0-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return ascii.replace(
    /\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[\s\S])/g,
    (whole, sequence: string) => {
      const kind = sequence[0] as string;
      if (/[0-7]/.test(kind)) return String.fromCodePoint(Number.parseInt(sequence, 8));
      if (sequence.length > 1) {
        const code = Number.parseInt(sequence.slice(1), 16);
        if (code > 0x10ffff || !/[xuU]/.test(kind))
          throw templateInvalid(`the escape ${whole} is not a character.`, line);
        return String.fromCodePoint(code);
      }
      if (/[xuU]/.test(kind)) throw templateInvalid('a string has a truncated escape.', line);
      if (kind === 'N') throw templateUnsupported('the escape \\N{…}');
      return SIMPLE[kind] ?? whole;
    },
  );
}

/** The tokens of a template. Throws `CHAT_TEMPLATE_INVALID` with the line. */
export function tokenize(template: string): Token[] {
  let source = template.replace(/\r\n|\r/g, '\n');
  if (source.endsWith('\n')) source = source.slice(0, -1);
  const tokens: Token[] = [];
  let position = 0;
  let line = 1;
  let lineStarting = true;
  const advance = (to: number): void => {
    for (let at = source.indexOf('\n', position); at >= 0 && at < to; at = source.indexOf('\n', at + 1)) line += 1;
    lineStarting = to > 0 && source[to - 1] === '\n';
    position = to;
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(source)?.[0];
  };
  const skipSpace = (): void => advance(position + (match(SPACES) ?? '').length);
  /** Behind a tag: `-` takes all white space, a block or comment otherwise one line end, `+` nothing. */
  const skipBehind = (sign: string, trims: boolean): void => {
    if (sign === '-') skipSpace();
    else if (trims && sign !== '+' && source[position] === '\n') advance(position + 1);
  };
  const data = (text: string, sign: string, strips: boolean): void => {
    let kept = text;
    if (sign === '-') kept = trimEnd(text);
    else if (sign !== '+' && strips) {
      const start = text.lastIndexOf('\n') + 1;
      if ((start > 0 || lineStarting) && ALL_SPACE.test(text.slice(start))) kept = text.slice(0, start);
    }
    if (kept !== '') tokens.push({ type: 'data', value: kept, line });
  };

  while (position < source.length) {
    BEGIN.lastIndex = position;
    const begin = BEGIN.exec(source);
    if (begin === null) {
      tokens.push({ type: 'data', value: source.slice(position), line });
      break;
    }
    const text = source.slice(position, begin.index);
    const afterBegin = source[begin.index + 2] ?? '';
    const sign = afterBegin === '-' || afterBegin === '+' ? afterBegin : '';
    const kind = begin[0];
    data(text, sign, kind !== '{{');
    advance(begin.index);
    RAW.lastIndex = position;
    const raw = kind === '{%' ? RAW.exec(source) : null;
    if (raw !== null) {
      advance(position + raw[0].length);
      if (raw[1] === '-') skipSpace();
      END_RAW.lastIndex = position;
      const end = END_RAW.exec(source);
      if (end === null) throw templateInvalid('{% raw %} is not closed.', line);
      data(source.slice(position, end.index), end[1] ?? '', true);
      advance(end.index + end[0].length);
      skipBehind(end[2] ?? '', true);
      continue;
    }
    advance(position + 2 + sign.length);
    if (kind === '{#') {
      END_COMMENT.lastIndex = position;
      const end = END_COMMENT.exec(source);
      if (end === null) throw templateInvalid('a comment is not closed.', line);
      advance(end.index + end[0].length);
      skipBehind(end[1] ?? '', true);
      continue;
    }
    tokens.push({ type: 'begin', value: kind, line });
    tokenizeTag(kind === '{%' ? '%}' : '}}');
  }
  tokens.push({ type: 'eof', value: '', line });
  return tokens;

  function tokenizeTag(end: '%}' | '}}'): void {
    const open: string[] = [];
    for (;;) {
      if (open.length === 0) {
        const sign = source[position] ?? '';
        const signed = (sign === '-' || (sign === '+' && end === '%}')) && source.startsWith(end, position + 1);
        if (signed || source.startsWith(end, position)) {
          tokens.push({ type: 'end', value: end, line });
          advance(position + end.length + (signed ? 1 : 0));
          skipBehind(signed ? sign : '', end === '%}');
          return;
        }
      }
      const space = match(SPACES) ?? '';
      if (space !== '') {
        advance(position + space.length);
        continue;
      }
      if (position >= source.length) throw templateInvalid(`a tag is not closed by ${end}.`, line);
      token(open);
    }
  }

  function token(open: string[]): void {
    const push = (type: Token['type'], text: string, value = text): void => {
      tokens.push({ type, value, line });
      advance(position + text.length);
    };
    // A float does not begin right behind a point: `a.0.1` is two subscripts.
    const float = source[position - 1] === '.' ? undefined : match(FLOAT);
    const integer = float === undefined ? match(INTEGER) : undefined;
    const number = float ?? integer;
    if (number !== undefined) {
      push(float === undefined ? 'integer' : 'float', number, number.replaceAll('_', ''));
      return;
    }
    const name = match(NAME);
    if (name !== undefined) {
      if (!/^[\p{L}\p{Nl}_]/u.test(name)) throw templateInvalid('invalid character in identifier', line);
      push('name', name);
      return;
    }
    const text = match(STRING);
    if (text !== undefined) {
      push('string', text, unescaped(text.slice(1, -1), line));
      return;
    }
    const sign = match(OPERATOR);
    if (sign === undefined) throw templateInvalid(`unexpected character ${JSON.stringify(source[position])}`, line);
    const closing = CLOSING[sign];
    if (closing !== undefined) open.push(closing);
    else if (/[)\]}]/.test(sign) && open.pop() !== sign) throw templateInvalid(`unexpected "${sign}"`, line);
    push('operator', sign);
  }
}
