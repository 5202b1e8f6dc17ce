// Parses the JSON header of a safetensors file. JSON.parse would hide duplicate names, round integers beyond 2^53 and let
// `__proto__` through, and all three decide where bytes are. Iterative, so nesting depth is harmless.
// Of the file behind the header it knows only the length.

/** Bits of an element, by the dtype's name in the file. */
const elementBits = new Map<string, number>([
  ['F64', 64],
  ['F32', 32],
  ['F16', 16],
  ['BF16', 16],
  ['F8_E4M3', 8],
  ['F8_E5M2', 8],
  ['I64', 64],
  ['I32', 32],
  ['I16', 16],
  ['I8', 8],
  ['U64', 64],
  ['U32', 32],
  ['U16', 16],
  ['U8', 8],
  ['BOOL', 8],
]);

export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range in the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
}

/** Why and where a header was refused; the reader of the file turns it into a typed error. */
export class HeaderFault extends Error {
  readonly place: string;
  constructor(message: string, place: string) {
    super(message);
    this.place = place;
  }
}

const whiteSpace = /[ \t\n\r]*/y;
const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string, place = `character ${this.position} of the header`): never {
    throw new HeaderFault(message, place);
  }

  token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  skipSpace(): void {
    this.token(whiteSpace);
  }

  /** Consumes the next character if it is `character`; returns whether it was. */
  take(character: string): boolean {
    this.skipSpace();
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  expect(character: string, message: string): void {
    if (!this.take(character)) this.fail(message);
  }

  string(message: string): string {
    this.skipSpace();
    if (this.text[this.position] !== '"') this.fail(message);
    let end = this.position + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    const token = this.text.slice(this.position, end + 1);
    let value: unknown;
    try {
      value = JSON.parse(token);
    } catch {
      // JSON.parse counts from the token's start; this error names the position in the header.
      return this.fail('A string is not closed or not valid.');
    }
    this.position = end + 1;
    return value as string;
  }

  /** An integer from 0 to 2^53 - 1. */
  size(what: string, place: string): number {
    this.skipSpace();
    const token = this.token(numberToken);
    if (token === undefined) return this.fail(`${what} is not a number.`, place);
    if (!/^(?:0|[1-9][0-9]*)$/.test(token))
      return this.fail(`${what} is ${token}, not a whole number from 0 on.`, place);
    const value = Number(token);
    return Number.isSafeInteger(value) ? value : this.fail(`${what} is ${token}, more than any file holds.`, place);
  }

  sizes(what: string, place: string): number[] {
    if (!this.take('[')) this.fail(`${what} is not a list.`, place);
    const values: number[] = [];
    if (this.take(']')) return values;
    do values.push(this.size(what, place));
    while (this.take(','));
    this.expect(']', `${what} is not a closed list.`);
    return values;
  }

  /** Calls `member` with the name of each member of an object; its value comes next. Refuses duplicate names. */
  object(message: string, member: (name: string) => void): void {
    this.expect('{', message);
    const seen = new Set<string>();
    if (this.take('}')) return;
    do {
      const name = this.string('A name in double quotes is missing.');
      if (seen.has(name)) this.fail(`${JSON.stringify(name)} is there twice.`);
      seen.add(name);
      this.expect(':', 'A colon is missing.');
      member(name);
    } while (this.take(','));
    this.expect('}', 'An object is not closed.');
  }
}

function readEntry(scanner: Scanner, name: string): SafetensorsEntry {
  const place = `tensor ${JSON.stringify(name.slice(0, 200))}`;
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.object('A tensor is not described by an object.', (field) => {
    if (field === 'dtype') dtype = scanner.string('The dtype is not a string.');
    else if (field === 'shape') shape = scanner.sizes('The shape', place);
    else if (field === 'data_offsets') offsets = scanner.sizes('A data offset', place);
    else scanner.fail(`The field ${JSON.stringify(field)} is unknown.`, place);
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    const missing = dtype === undefined ? 'dtype' : shape === undefined ? 'shape' : 'data_offsets';
    return scanner.fail(`The field ${missing} is missing.`, place);
  }
  const bits = elementBits.get(dtype);
  if (bits === undefined) return scanner.fail(`The dtype ${JSON.stringify(dtype)} is unknown.`, place);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2)
    return scanner.fail('data_offsets are not two numbers.', place);
  if (begin > end) return scanner.fail(`The data begins at ${begin}, after its end ${end}.`, place);
  // In BigInt: a product that overflows would make a huge tensor look small.
  const needed = (shape.reduce((product, size) => product * BigInt(size), 1n) * BigInt(bits)) / 8n;
  if (needed !== BigInt(end - begin)) {
    return scanner.fail(`Shape and dtype need ${needed} bytes, the offsets give ${end - begin}.`, place);
  }
  return { name, dtype, shape, begin, end };
}

/** Refuses overlaps, gaps, a late start and bytes that no tensor covers. Zero-size tensors may share an offset. */
function checkCoverage(entries: Iterable<SafetensorsEntry>, dataLength: number): void {
  const ordered = [...entries].sort((left, right) => left.begin - right.begin || left.end - right.end);
  let covered = 0;
  for (const { name, begin, end } of ordered) {
    const place = `tensor ${JSON.stringify(name.slice(0, 200))}`;
    if (end > dataLength)
      throw new HeaderFault(`The data ends at ${end}, past the ${dataLength} bytes of the data section.`, place);
    if (begin < covered)
      throw new HeaderFault(`The data begins at ${begin}, inside another tensor that ends at ${covered}.`, place);
    if (begin > covered) throw new HeaderFault(`There is a hole of ${begin - covered} bytes before the data.`, place);
    covered = end;
  }
  if (covered !== dataLength)
    throw new HeaderFault(
      `${dataLength - covered} bytes after the last tensor belong to none.`,
      `byte ${covered} of the data`,
    );
}

/**
 * Reads and checks the header text of a file whose data section has `dataLength` bytes. Throws `HeaderFault`.
 * Memory: proportional to the text.
 */
export function parseSafetensorsHeader(text: string, dataLength: number): SafetensorsHeader {
  const scanner = new Scanner(text);
  const metadata = new Map<string, string>();
  const entries = new Map<string, SafetensorsEntry>();
  scanner.object('The header is not a JSON object.', (name) => {
    if (name !== '__metadata__') {
      entries.set(name, readEntry(scanner, name));
      return;
    }
    scanner.object('__metadata__ is not an object.', (key) => {
      metadata.set(key, scanner.string(`__metadata__ value ${JSON.stringify(key)} is not a string.`));
    });
  });
  scanner.skipSpace();
  if (scanner.position !== text.length) scanner.fail('There is text after the header object.');
  checkCoverage(entries.values(), dataLength);
  return { metadata, entries };
}
