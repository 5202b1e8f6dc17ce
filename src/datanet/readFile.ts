// From a file to what can be read: text, with its encoding, or the table of a Parquet file; anything else is refused by its type.
import { TributaryError } from '../lib/errors.ts';
import { decodeText } from './decodeText.ts';
import { fileTooLarge } from './fileTooLarge.ts';
import { fileType } from './fileType.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { refuseFileType } from './refuseFileType.ts';
import type { ParseRequest, TextEncoding } from './types.ts';
import { unpackGzip } from './unpackGzip.ts';

export type ReadFile =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly encoding: TextEncoding | null;
      /** The name without an extension of compression. */
      readonly fileName: string;
    }
  | { readonly kind: 'parquet'; readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * The text of the request, or the bytes of its Parquet file. Gzip is unpacked. Throws `FILE_TOO_LARGE`, `FILE_EMPTY`, `FILE_DAMAGED`,
 * `TEXT_NOT_WELL_FORMED`, `FILE_IS_<family>` with the name of the type, and as `decodeText`.
 */
export async function readFile({ text, blob, fileName, encoding }: ParseRequest): Promise<ReadFile> {
  const size = blob?.size ?? text?.length ?? 0;
  if (size > MAX_FILE_BYTES) throw fileTooLarge(fileName, size);
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
    bytes = await unpackGzip(bytes, fileName);
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
