// Records as lines of JSON. What JSON lacks stands as an object of one field: bytes in hexadecimal or, where they are long, as the
// number of an entry of the archive; whole numbers of any size in decimal digits; a Blob as the number of its entry; and an object that
// would be taken for one of these, for names may be anybody's, as itself under `$object`.
import { bytesToHex, hexToBytes } from '../../lib/bytes.ts';
import { invalid } from './format.ts';

const MAX_DEPTH = 64;
/** Longer ones would make a line that takes twice their size as text. */
const MAX_BYTES_IN_LINE = 2 ** 16;

export type TaggedFile = Blob | Uint8Array<ArrayBuffer>;

/** Blobs and long bytes of the value are handed to `keepFile`, which numbers them. Throws `STORE_EXPORT_INVALID` for a value nested deeper than 64. */
export function toTagged(value: unknown, keepFile: (file: TaggedFile) => number): unknown {
  const walk = (part: unknown, depth: number): unknown => {
    if (depth > MAX_DEPTH) throw invalid('nested too deep');
    if (typeof part === 'bigint') return { $bigint: part.toString() };
    if (part instanceof Uint8Array)
      return {
        $bytes: part.length > MAX_BYTES_IN_LINE ? keepFile(part as Uint8Array<ArrayBuffer>) : bytesToHex(part),
      };
    if (part instanceof Blob) return { $blob: keepFile(part) };
    if (Array.isArray(part)) return part.map((item) => walk(item, depth + 1));
    if (typeof part !== 'object' || part === null) return part;
    const fields = Object.fromEntries(Object.entries(part).map(([key, item]) => [key, walk(item, depth + 1)]));
    const [first = '', ...others] = Object.keys(fields);
    return first.startsWith('$') && others.length === 0 ? { $object: fields } : fields;
  };
  return walk(value, 0);
}

/** `file`: the bytes of an entry by its number. Throws `STORE_EXPORT_INVALID` for what `toTagged` does not make. */
export function fromTagged(value: unknown, file: (index: unknown) => Uint8Array<ArrayBuffer>): unknown {
  const walk = (part: unknown, depth: number): unknown => {
    if (depth > MAX_DEPTH) throw invalid('nested too deep');
    if (Array.isArray(part)) return part.map((item) => walk(item, depth + 1));
    if (typeof part !== 'object' || part === null) return part;
    const fieldsOf = (object: object): unknown =>
      Object.fromEntries(Object.entries(object).map(([key, item]) => [key, walk(item, depth + 1)]));
    const [first, ...others] = Object.entries(part);
    if (first !== undefined && others.length === 0) {
      const [tag, content] = first;
      if (tag === '$bigint') {
        // Longer ones take quadratic time; an amount of 256 bits has 78 digits.
        if (typeof content !== 'string' || !/^-?\d{1,100}$/.test(content)) throw invalid('no whole number');
        return BigInt(content);
      }
      if (tag === '$bytes') {
        if (typeof content === 'number') return file(content);
        if (typeof content !== 'string' || !/^([0-9a-f]{2})*$/.test(content)) throw invalid('no hexadecimal bytes');
        return hexToBytes(content);
      }
      if (tag === '$blob') return new Blob([file(content)]);
      if (tag === '$object') {
        if (typeof content !== 'object' || content === null || Array.isArray(content)) throw invalid('no object');
        return fieldsOf(content);
      }
    }
    return fieldsOf(part);
  };
  return walk(value, 0);
}
