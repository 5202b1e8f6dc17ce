// Gzip, of one member or of several: files that were compressed apart and joined are one file, and block compressors (bgzip, pigz in
// parts) write them so. Browsers unpack a single member and take a second one for damage, so that each is given to them alone.
import { concatBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { fileTooLarge } from './fileTooLarge.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** Bytes that begin a member and stand within another by chance, once in 128 MiB; more of them are there on purpose. */
const MAX_MISTAKEN = 16;

/** Offset, from `from` on, at which a member may begin (RFC 1952, section 2.3.1); the end of the file where there is none. */
function nextMember(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x1f, from); at !== -1; at = bytes.indexOf(0x1f, at + 1))
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && (bytes[at + 3] ?? 0) < 0x20) return at;
  return bytes.byteLength;
}

/** Bounded: a small file can unpack to any size. Rejects as the platform does when `bytes` are not exactly one member. */
async function unpackMember(bytes: Uint8Array<ArrayBuffer>, tooLarge: (size: number) => Error | undefined) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { parts, size };
    size += value.byteLength;
    parts.push(value);
    const error = tooLarge(size);
    if (error === undefined) continue;
    void reader.cancel().catch(() => undefined);
    throw error;
  }
}

/** Throws `FILE_DAMAGED` and `FILE_TOO_LARGE`. */
export async function unpackGzip(bytes: Uint8Array<ArrayBuffer>, fileName: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  let mistaken = 0;
  const tooLarge = (more: number) => (size + more > MAX_FILE_BYTES ? fileTooLarge(fileName, size + more) : undefined);
  let start = 0;
  let end = nextMember(bytes, 1);
  while (start < bytes.byteLength) {
    try {
      const member = await unpackMember(bytes.subarray(start, end), tooLarge);
      for (const part of member.parts) parts.push(part);
      size += member.size;
      start = end;
    } catch (cause) {
      if (cause instanceof TributaryError) throw cause;
      mistaken += 1;
      if (end === bytes.byteLength || mistaken > MAX_MISTAKEN)
        throw new TributaryError({
          code: 'FILE_DAMAGED',
          message: 'The compressed file is damaged or incomplete.',
          facts: { file: fileName },
          hint: 'Download or compress it again.',
          cause,
        });
    }
    end = nextMember(bytes, end + 1);
  }
  return concatBytes(parts);
}
