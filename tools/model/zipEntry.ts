// Finds one file in a zip archive (a wheel is one): end record, central directory, local header. No ZIP64, no encryption.
import { TributaryError } from '../../src/lib/errors.ts';

export interface ZipEntry {
  /** Byte range of its data in the archive. */
  readonly begin: number;
  readonly end: number;
  /** Unpacked size in bytes. */
  readonly size: number;
  readonly deflated: boolean;
}

const [endSignature, directorySignature, localSignature] = [0x06054b50, 0x02014b50, 0x04034b50] as const;
const END_RECORD_BYTES = 22;

function invalid(reason: string): TributaryError {
  return new TributaryError({
    code: 'ZIP_INVALID',
    message: `The archive cannot be read: ${reason}`,
    facts: { reason },
    hint: 'Run the command again.',
  });
}

const viewOf = async (blob: Blob, begin: number, end: number): Promise<DataView> =>
  new DataView(await blob.slice(begin, end).arrayBuffer());

/** Where the file called `name` lies in the archive. Throws `ZIP_INVALID`. */
export async function findZipEntry(blob: Blob, name: string): Promise<ZipEntry> {
  // The end record may be followed by a comment of up to 64 KiB.
  const tailBegin = Math.max(0, blob.size - END_RECORD_BYTES - 0xffff);
  const tail = await viewOf(blob, tailBegin, blob.size);
  let at = tail.byteLength - END_RECORD_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== endSignature) at -= 1;
  if (at < 0) throw invalid('it has no end record.');
  const directoryBegin = tail.getUint32(at + 16, true);
  const directory = await viewOf(blob, directoryBegin, directoryBegin + tail.getUint32(at + 12, true));
  for (let place = 0; place + 46 <= directory.byteLength && directory.getUint32(place, true) === directorySignature; ) {
    const nameLength = directory.getUint16(place + 28, true);
    const entryName = new TextDecoder().decode(new Uint8Array(directory.buffer, place + 46, nameLength));
    if (entryName === name) {
      const method = directory.getUint16(place + 10, true);
      if (method !== 0 && method !== 8) throw invalid(`${name} is packed by method ${method}.`);
      const packed = directory.getUint32(place + 20, true);
      const local = directory.getUint32(place + 42, true);
      const header = await viewOf(blob, local, local + 30);
      if (header.byteLength < 30 || header.getUint32(0, true) !== localSignature)
        throw invalid(`${name} has no local header.`);
      const begin = local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
      return { begin, end: begin + packed, size: directory.getUint32(place + 24, true), deflated: method === 8 };
    }
    place += 46 + nameLength + directory.getUint16(place + 30, true) + directory.getUint16(place + 32, true);
  }
  throw invalid(`${name} is not in it.`);
}
