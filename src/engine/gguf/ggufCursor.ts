// Reads numbers and strings from the first bytes of a GGUF file. The bytes may be only a prefix of the file: reading past the
// prefix requests a longer one, reading past the end of the file is a fault of the file. Every length is compared with the rest
// of the file before anything is allocated for it.

/** Why and where a file was refused; `openGguf` turns it into a typed error. */
export class GgufFault extends Error {
  readonly offset: number;
  readonly truncated: boolean;
  constructor(message: string, offset: number, truncated = false) {
    super(message);
    this.offset = offset;
    this.truncated = truncated;
  }
}

/** More of the file is needed: at least its first `length` bytes. */
export class PrefixTooShort extends Error {
  readonly length: number;
  constructor(length: number) {
    super('The prefix is too short.');
    this.length = length;
  }
}

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class GgufCursor {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly fileSize: number;
  offset = 0;

  constructor(prefix: Uint8Array<ArrayBuffer>, fileSize: number) {
    this.#bytes = prefix;
    this.#view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    this.fileSize = fileSize;
  }

  get left(): number {
    return this.fileSize - this.offset;
  }

  fail(message: string): never {
    throw new GgufFault(message, this.offset);
  }

  /** Advances by `length` bytes of `what` and returns their offset. */
  #take(length: number, what: string): number {
    const begin = this.offset;
    const end = begin + length;
    if (end > this.fileSize) throw new GgufFault(`the file ends inside ${what}.`, begin, true);
    if (end > this.#bytes.byteLength) throw new PrefixTooShort(end);
    this.offset = end;
    return begin;
  }

  u8 = (what: string): number => this.#view.getUint8(this.#take(1, what));
  i8 = (what: string): number => this.#view.getInt8(this.#take(1, what));
  u16 = (what: string): number => this.#view.getUint16(this.#take(2, what), true);
  i16 = (what: string): number => this.#view.getInt16(this.#take(2, what), true);
  u32 = (what: string): number => this.#view.getUint32(this.#take(4, what), true);
  i32 = (what: string): number => this.#view.getInt32(this.#take(4, what), true);
  f32 = (what: string): number => this.#view.getFloat32(this.#take(4, what), true);
  f64 = (what: string): number => this.#view.getFloat64(this.#take(8, what), true);
  u64 = (what: string): bigint => this.#view.getBigUint64(this.#take(8, what), true);
  i64 = (what: string): bigint => this.#view.getBigInt64(this.#take(8, what), true);

  /** A u64 count of items that take at least `atLeast` bytes each of the rest of the file. */
  count(atLeast: number, what: string): number {
    const value = this.u64(what);
    if (value * BigInt(atLeast) > BigInt(this.left)) {
      throw new GgufFault(
        `${what} is ${value}, more than the ${this.left} bytes left in the file can hold.`,
        this.offset - 8,
        true,
      );
    }
    return Number(value);
  }

  string(what: string, longest = Number.POSITIVE_INFINITY): string {
    const length = this.count(1, `the length of ${what}`);
    if (length > longest) this.fail(`${what} has ${length} bytes, more than ${longest}.`);
    const begin = this.#take(length, what);
    try {
      return text.decode(this.#bytes.subarray(begin, begin + length));
    } catch {
      // The decoder's own error does not say where.
      throw new GgufFault(`${what} is not UTF-8.`, begin);
    }
  }
}
