// A strict JSON reader (RFC 8259) that says where: the first fault, the value of each top-level field. It refuses what
// `JSON.parse` passes over in silence (a repeated key) and keeps a number that would change as the text that stands there.
import type { Json } from '../lib/canonicalJson.ts';
import type { Fact } from '../lib/errors.ts';

export interface JsonFault {
  readonly offset: number;
  readonly code: 'JSON_KEY_REPEATED' | 'JSON_SYNTAX';
  readonly message: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

export interface JsonRead {
  readonly value: Json;
  /** Offset after the value. */
  readonly end: number;
  /** Offset of the value of each field of the outermost object. */
  readonly fields: ReadonlyMap<string, number>;
  /** Offsets of the numbers that are kept as text, each with its top-level field. */
  readonly exactNumbers: readonly { readonly offset: number; readonly field: string }[];
}

class Fault {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    this.fault = fault;
  }
}

const NUMBER_PATTERN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in texts.
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\r\n]*/y;

/** Significant digits and the exponent of the last: the same for two texts of one number. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return digits === '' ? '0' : `${sign}${digits}e${Number(exponent) - fraction.length + all.length - digits.length}`;
}

/** Whether the number that stands there is the one that a program reads: 9007199254740993 is not, nor is 1e400. */
function survives(text: string): boolean {
  return (text.length <= 15 && !/[eE]/.test(text)) || decimal(String(Number(text))) === decimal(text);
}

export interface ReadJsonParameters {
  readonly text: string;
  /** Where the value, or the white space before it, begins; default 0. */
  readonly start?: number;
  readonly maxDepth: number;
  /** Whether the text may go on after the value; default false. */
  readonly partial?: boolean;
}

export function readJson({
  text,
  start = 0,
  maxDepth,
  partial = false,
}: ReadJsonParameters): JsonRead | { readonly fault: JsonFault } {
  const fields = new Map<string, number>();
  const exactNumbers: { offset: number; field: string }[] = [];
  let offset = start;
  let field = '';

  function fail(message: string, at = offset): never {
    throw new Fault({ offset: at, code: 'JSON_SYNTAX', message, facts: {} });
  }
  function space(): void {
    SPACE.lastIndex = offset;
    SPACE.test(text);
    offset = SPACE.lastIndex;
  }
  function take(character: string): boolean {
    if (text[offset] !== character) return false;
    offset += 1;
    return true;
  }
  function found(): string {
    const character = text[offset];
    return character === undefined ? 'the line ends' : `there is ${JSON.stringify(character)}`;
  }
  function expect(character: string, where: string): void {
    if (!take(character)) fail(`Expected ${JSON.stringify(character)} ${where}, but ${found()}.`);
  }

  function string(what: string): string {
    const opened = offset;
    if (text[offset] !== '"') fail(`Expected ${what} in double quotes, but ${found()}.`);
    offset += 1;
    let escapes = false;
    for (;;) {
      PLAIN_TEXT.lastIndex = offset;
      PLAIN_TEXT.test(text);
      offset = PLAIN_TEXT.lastIndex;
      const character = text[offset];
      if (character === '"') {
        offset += 1;
        return escapes ? (JSON.parse(text.slice(opened, offset)) as string) : text.slice(opened + 1, offset - 1);
      }
      if (character === undefined)
        fail('A text is opened here and never closed: its last double quote is missing.', opened);
      if (character !== '\\')
        fail('A control character stands inside a text; write it as an escape such as \\n or \\t.');
      escapes = true;
      const escaped = text[offset + 1];
      if (escaped === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(offset + 2, offset + 6))) fail('\\u needs four hexadecimal digits.');
        offset += 6;
      } else if (escaped !== undefined && '"\\/bfnrt'.includes(escaped)) {
        offset += 2;
      } else {
        fail(`"\\${escaped ?? ''}" is not an escape of JSON; write a backslash as \\\\.`);
      }
    }
  }

  function value(depth: number): Json {
    if (depth > maxDepth) fail(`Nested deeper than ${maxDepth} levels.`);
    const character = text[offset];
    if (character === '{') return object(depth);
    if (character === '[') return array(depth);
    if (character === '"') return string('a text');
    const literal = LITERALS.find(([name]) => text.startsWith(name, offset));
    if (literal !== undefined) {
      offset += literal[0].length;
      return literal[1];
    }
    NUMBER_PATTERN.lastIndex = offset;
    const number = NUMBER_PATTERN.exec(text)?.[0];
    if (number === undefined) return fail(`Expected a value, but ${found()}.`);
    const exact = survives(number);
    if (!exact) exactNumbers.push({ offset, field });
    offset += number.length;
    return exact ? Number(number) : number;
  }

  function array(depth: number): Json {
    const items: Json[] = [];
    offset += 1;
    space();
    if (take(']')) return items;
    for (;;) {
      items.push(value(depth + 1));
      space();
      if (take(']')) return items;
      expect(',', 'or "]" after a list item');
      space();
    }
  }

  function object(depth: number): Json {
    const members: { [key: string]: Json } = {};
    offset += 1;
    space();
    if (take('}')) return members;
    for (;;) {
      const keyOffset = offset;
      const key = string('a field name');
      if (Object.hasOwn(members, key))
        throw new Fault({
          offset: keyOffset,
          code: 'JSON_KEY_REPEATED',
          message: `The field "${key.slice(0, 80)}" stands here a second time.`,
          facts: { field: key.slice(0, 80) },
        });
      space();
      expect(':', 'after a field name');
      space();
      if (depth === 0) {
        field = key;
        fields.set(key, offset);
      }
      const member = value(depth + 1);
      // Assigned, a field of this name would become the object's prototype.
      if (key === '__proto__')
        Object.defineProperty(members, key, { value: member, enumerable: true, configurable: true, writable: true });
      else members[key] = member;
      space();
      if (take('}')) return members;
      expect(',', 'or "}" after a field');
      space();
    }
  }

  try {
    space();
    const read = value(0);
    const end = offset;
    space();
    if (!partial && offset < text.length)
      fail('The JSON value ends here, but the line goes on; put each row on a line of its own.');
    return { value: read, end, fields, exactNumbers };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.fault };
    throw error;
  }
}
