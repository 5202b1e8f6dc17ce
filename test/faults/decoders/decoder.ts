/** How the value inside some bytes is read and written, so that it can be damaged and still have the form around it. */
export interface Structure {
  parse(bytes: Uint8Array): unknown;
  /** `example`: the bytes that the value was read from. May throw for a value that has no such form. */
  write(value: unknown, example: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A public call that reads bytes of others. */
export interface Decoder {
  /** `domain/what`, as on the command line. */
  readonly name: string;
  /** Strings that it is given, relative to the others: less where one takes long. Default: 1. */
  readonly share?: number;
  readonly structure?: Structure;
  /** Valid bytes, small: strings are made by damaging them. */
  examples(): Promise<readonly Uint8Array[]>;
  /** Reads the bytes as far as a user of the project would. A value, or a rejection with a `TributaryError`. */
  decode(bytes: Uint8Array<ArrayBuffer>): unknown;
}
