// From a file to what can be read: text, with its encoding, or the table of a Parquet file; anything else is refused by its type.
import { concatBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { decodeText } from './decodeText.ts';
import { fileType } from './fileType.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { refuseFileType } from './refuseFileType.ts';
import type { ParseRequest, TextEncoding } from './types.ts';

export type ReadFile =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly encoding: TextEncoding | null;
      /** The name without an extension of compression. */
      readonly fileName: string;
    }
  | { readonly kind: 'parquet'; readonly bytes: Uint8Array<ArrayBuffer> };

function tooLarge(fileName: string, bytes: number): never {
  throw new TributaryError({
    code: 'FILE_TOO_LARGE',
    message: `The file is larger than ${MAX_FILE_BYTES} bytes.`,
    facts: { file: fileName, bytes, maxBytes: MAX_FILE_BYTES },
    hint: 'Split it into smaller files and contribute them one after another.',
  });
}

/** Bounded: a small file can unpack to any size. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>, fileName: string): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return concatBytes(parts);
      size += value.byteLength;
      if (size > MAX_FILE_BYTES) break;
      parts.push(value);
    }
  } catch (cause) {
    throw new TributaryError({
      code: 'FILE_DAMAGED',
      message: 'The compressed file is damaged or incomplete.',
      facts: { file: fileName },
      hint: 'Download or compress it again.',
      cause,
    });
  }
  void reader.cancel().catch(() => undefined);
  return tooLarge(fileName, size);
}

/**
 * The text of the request, or the bytes of its Parquet file. Gzip is unpacked. Throws `FILE_TOO_LARGE`, `FILE_EMPTY`, `FILE_DAMAGED`,
 * `TEXT_NOT_WELL_FORMED`, `FILE_IS_<family>` with the name of the type, and as `decodeText`.
 */
export async function readFile({ text, blob, fileName, encoding }: ParseRequest): Promise<ReadFile> {
  const size = blob?.size ?? text?.length ?? 0;
  if (size > MAX_FILE_BYTES) tooLarge(fileName, size);
  if (blob === undefined) {
    const given = (text ?? '').replace(/^\uFEFF/, '');
    if (!given.isWellFormed())
      throw new TributaryError({
        code: 'TEXT_NOT_WELL_FORMED',
        message: 'The text holds half of a character (a lone surrogate), which cannot be stored.',
        facts: { at: [...given].findIndex((character) => !character.isWellFormed()) + 1 },
        hint: 'Copy it again from where it is whole.',
      });
    return { kind: 'text', text: given, encoding: null, fileName };
  }
  let bytes = new Uint8Array(await blob.arrayBuffer());
  let name = fileName;
  let type = encoding === undefined ? fileType(bytes) : null;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) {
    bytes = await gunzip(bytes, fileName);
    name = fileName.replace(/\.gz$/i, '');
    type = encoding === undefined ? fileType(bytes) : null;
  }
  if (bytes.byteLength === 0)
    throw new TributaryError({
      code: 'FILE_EMPTY',
      message: 'The file is empty.',
      facts: { file: fileName },
      hint: 'Choose a file with rows.',
    });
  if (type?.name === 'Parquet') return { kind: 'parquet', bytes };
  if (type !== null) refuseFileType(name, type);
  const decoded = await decodeText({ bytes, fileName, encoding });
  return { kind: 'text', ...decoded, fileName: name };
}
