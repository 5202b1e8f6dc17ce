// A strict JSON scanner (RFC 8259) that reports offsets: of the first syntax error, and of the value of each top-level field.
// `JSON.parse` reports errors differently in every browser. It runs on invalid lines only.

export interface JsonScan {
  /** First fault, as an offset into the text; null for valid JSON. */
  readonly fault: { readonly offset: number; readonly message: string } | null;
  /** Offset of the value of each field of the outermost object. */
  readonly fields: ReadonlyMap<string, number>;
}

class Fault {
  readonly offset: number;
  readonly message: string;
  constructor(offset: number, message: string) {
    this.offset = offset;
    this.message = message;
  }
}

const NUMBER_PATTERN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS = ['true', 'false', 'null'];

export interface ScanJsonParameters {
  readonly text: string;
  readonly maxDepth: number;
}

export function scanJson({ text, maxDepth }: ScanJsonParameters): JsonScan {
  const fields = new Map<string, number>();
  let offset = 0;

  function fail(message: string, at = offset): never {
    throw new Fault(at, message);
  }
  function space(): void {
    while (offset < text.length && ' \t\r\n'.includes(text[offset] as string)) offset += 1;
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
    const start = offset;
    if (text[offset] !== '"') fail(`Expected ${what} in double quotes, but ${found()}.`);
    offset += 1;
    for (;;) {
      const code = text.charCodeAt(offset);
      if (Number.isNaN(code)) fail('A text is opened here and never closed: its last double quote is missing.', start);
      if (code < 0x20) fail('A control character stands inside a text; write it as an escape such as \\n or \\t.');
      offset += 1;
      if (code === 0x22) return JSON.parse(text.slice(start, offset)) as string;
      if (code !== 0x5c) continue;
      const escaped = text[offset];
      if (escaped === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(offset + 1, offset + 5)))
          fail('\\u needs four hexadecimal digits.', offset - 1);
        offset += 5;
      } else if (escaped !== undefined && '"\\/bfnrt'.includes(escaped)) {
        offset += 1;
      } else {
        fail(`"\\${escaped ?? ''}" is not an escape of JSON; write a backslash as \\\\.`, offset - 1);
      }
    }
  }

  function value(depth: number): void {
    if (depth > maxDepth) fail(`Nested deeper than ${maxDepth} levels.`);
    const character = text[offset];
    if (character === '{') object(depth);
    else if (character === '[') array(depth);
    else if (character === '"') string('a text');
    else word();
  }

  function word(): void {
    const literal = LITERALS.find((candidate) => text.startsWith(candidate, offset));
    NUMBER_PATTERN.lastIndex = offset;
    const length = literal?.length ?? NUMBER_PATTERN.exec(text)?.[0].length;
    if (length === undefined) fail(`Expected a value, but ${found()}.`);
    offset += length;
  }

  function array(depth: number): void {
    offset += 1;
    space();
    if (take(']')) return;
    for (;;) {
      value(depth + 1);
      space();
      if (take(']')) return;
      expect(',', 'or "]" after a list item');
      space();
    }
  }

  function object(depth: number): void {
    offset += 1;
    space();
    if (take('}')) return;
    for (;;) {
      const key = string('a field name');
      space();
      expect(':', 'after a field name');
      space();
      if (depth === 0) fields.set(key, offset);
      value(depth + 1);
      space();
      if (take('}')) return;
      expect(',', 'or "}" after a field');
      space();
    }
  }

  try {
    space();
    value(0);
    space();
    if (offset < text.length)
      fail('The JSON value ends here, but the line goes on; put each row on a line of its own.');
    return { fault: null, fields };
  } catch (error) {
    if (error instanceof Fault) return { fault: { offset: error.offset, message: error.message }, fields };
    throw error;
  }
}
