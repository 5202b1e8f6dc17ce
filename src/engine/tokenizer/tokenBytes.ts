// The UTF-8 bytes of one token, by the kind of the tokenizer's decoder: byte-level (GPT-2's printable alphabet) or
// metaspace with byte fallback (`<0x0A>`, U+2581 for a space).
import { tokenizerUnsupported } from './tokenizerUnsupported.ts';

export interface DecoderKind {
  readonly bytesOf: (token: string) => Uint8Array<ArrayBuffer>;
  /** Whether one space before the whole text is dropped. */
  readonly stripFirstSpace: boolean;
}

const utf8 = new TextEncoder();

/**
 * The byte of each character of GPT-2's alphabet: printable Latin-1 represents itself, the 68 other bytes are U+0100 and up, in
 * ascending order.
 */
function byteLevelAlphabet(): ReadonlyMap<string, number> {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const alphabet = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte += 1) alphabet.set(String.fromCodePoint(printable(byte) ? byte : next++), byte);
  return alphabet;
}

function byteLevelBytes(): DecoderKind['bytesOf'] {
  const alphabet = byteLevelAlphabet();
  // A character outside the alphabet did not come from this tokenizer's training: it represents itself.
  return (token) =>
    Uint8Array.from([...token].flatMap((character) => alphabet.get(character) ?? [...utf8.encode(character)]));
}

function metaspaceBytes(token: string): Uint8Array<ArrayBuffer> {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return byte === undefined ? utf8.encode(token.replaceAll('\u2581', ' ')) : Uint8Array.of(Number.parseInt(byte, 16));
}

interface DecoderConfig {
  readonly type?: unknown;
  readonly decoders?: readonly DecoderConfig[];
  readonly content?: unknown;
  readonly start?: unknown;
  readonly prepend_scheme?: unknown;
  /** The older spelling: false is the scheme `never`. */
  readonly add_prefix_space?: unknown;
}

/** How tokens become bytes, from the `decoder` of a tokenizer.json. Throws `TOKENIZER_UNSUPPORTED` with its type. */
export function decoderKind(decoder: unknown): DecoderKind {
  const config = (decoder ?? {}) as DecoderConfig;
  const parts = config.type === 'Sequence' ? (config.decoders ?? []) : [config];
  const types = parts.map(({ type }) => String(type));
  if (types.includes('ByteLevel')) return { bytesOf: byteLevelBytes(), stripFirstSpace: false };
  const strip = parts.find(({ type }) => type === 'Strip');
  const known = types.every((type) => ['Replace', 'ByteFallback', 'Fuse', 'Strip', 'Metaspace'].includes(type));
  if (known && (types.includes('ByteFallback') || types.includes('Metaspace'))) {
    const metaspace = parts.find(({ type }) => type === 'Metaspace');
    const scheme = metaspace?.add_prefix_space === false ? 'never' : metaspace?.prepend_scheme;
    const prepended = metaspace !== undefined && scheme !== 'never';
    return { bytesOf: metaspaceBytes, stripFirstSpace: prepended || (strip?.content === ' ' && strip.start === 1) };
  }
  throw tokenizerUnsupported(`it decodes by ${types.join(', ').slice(0, 200)}.`);
}
