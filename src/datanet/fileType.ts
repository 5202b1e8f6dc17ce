// What a file is, by its first bytes, whatever its name says: those that carry no text are refused by the name of their type.

/** What can be done with a file of a type: each has its own error and way on. */
export type FileFamily = 'ARCHIVE' | 'BINARY' | 'DOCUMENT' | 'MEDIA' | 'SPREADSHEET' | 'TABLE';

export interface FileType {
  /** As people call it: "Excel (xlsx)". */
  readonly name: string;
  readonly family: FileFamily;
}

type Signature = readonly [family: FileFamily, name: string, bytes: string, offset?: number];

/** Bytes as Latin-1 text. */
const SIGNATURES: readonly Signature[] = [
  ['ARCHIVE', 'gzip', '\x1f\x8b'],
  ['TABLE', 'Parquet', 'PAR1'],
  ['TABLE', 'Parquet (encrypted)', 'PARE'],
  ['TABLE', 'Arrow', 'ARROW1'],
  ['TABLE', 'Feather', 'FEA1'],
  ['TABLE', 'Avro', 'Obj\x01'],
  ['TABLE', 'ORC', 'ORC'],
  ['TABLE', 'SQLite', 'SQLite format 3\0'],
  ['TABLE', 'HDF5', '\x89HDF\r\n\x1a\n'],
  ['TABLE', 'NumPy', '\x93NUMPY'],
  ['TABLE', 'Python pickle', '\x80\x02'],
  ['TABLE', 'Python pickle', '\x80\x03'],
  ['TABLE', 'Python pickle', '\x80\x04\x95'],
  ['TABLE', 'Python pickle', '\x80\x05\x95'],
  ['SPREADSHEET', 'Excel (xls) or another document of Office 97', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['ARCHIVE', 'bzip2', 'BZh'],
  ['ARCHIVE', 'xz', '\xfd7zXZ\0'],
  ['ARCHIVE', 'Zstandard', '\x28\xb5\x2f\xfd'],
  ['ARCHIVE', '7-Zip', '7z\xbc\xaf\x27\x1c'],
  ['ARCHIVE', 'RAR', 'Rar!\x1a\x07'],
  ['ARCHIVE', 'LZ4', '\x04\x22\x4d\x18'],
  ['ARCHIVE', 'tar', 'ustar', 257],
  ['DOCUMENT', 'PDF', '%PDF-'],
  ['DOCUMENT', 'RTF', '{\\rtf'],
  ['DOCUMENT', 'PostScript', '%!PS'],
  ['MEDIA', 'PNG', '\x89PNG\r\n\x1a\n'],
  ['MEDIA', 'JPEG', '\xff\xd8\xff'],
  ['MEDIA', 'GIF', 'GIF8'],
  ['MEDIA', 'WebP, WAV or AVI', 'RIFF'],
  ['MEDIA', 'TIFF', 'II*\0'],
  ['MEDIA', 'TIFF', 'MM\0*'],
  ['MEDIA', 'BMP', 'BM'],
  ['MEDIA', 'MP4, HEIC or another of its family', 'ftyp', 4],
  ['MEDIA', 'MP3', 'ID3'],
  ['MEDIA', 'Ogg', 'OggS'],
  ['MEDIA', 'FLAC', 'fLaC'],
  ['MEDIA', 'Matroska or WebM', '\x1aE\xdf\xa3'],
  ['BINARY', 'GGUF model', 'GGUF'],
  ['BINARY', 'program (ELF)', '\x7fELF'],
  ['BINARY', 'program (Windows)', 'MZ\x90\0'],
  ['BINARY', 'WebAssembly', '\0asm'],
];

/** Signatures of two or three printable letters: text may begin with them, so the bytes that follow decide. */
const SHORT = /^[ -~]{2,3}$/;

/** Members that tell which program a zip file belongs to. */
const ZIP_MEMBERS: readonly (readonly [member: RegExp, FileFamily, string])[] = [
  [/xl\/|spreadsheetml/, 'SPREADSHEET', 'Excel (xlsx)'],
  [/opendocument\.spreadsheet/, 'SPREADSHEET', 'OpenDocument spreadsheet (ods)'],
  [/Index\/|\.iwa|Metadata\/DocumentIdentifier/, 'SPREADSHEET', 'Numbers, Pages or Keynote'],
  [/word\/|wordprocessingml/, 'DOCUMENT', 'Word (docx)'],
  [/ppt\/|presentationml/, 'DOCUMENT', 'PowerPoint (pptx)'],
  [/opendocument/, 'DOCUMENT', 'OpenDocument'],
  [/epub/, 'DOCUMENT', 'EPUB'],
];

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The type of a file that is not plain text, by its bytes; null for one that may be text. */
export function fileType(bytes: Uint8Array): FileType | null {
  const head = latin1(bytes.subarray(0, 4_096));
  if (['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'].some((signature) => head.startsWith(signature))) {
    const names = head + latin1(bytes.subarray(-4_096));
    const [, family = 'ARCHIVE', name = 'zip'] = ZIP_MEMBERS.find(([member]) => member.test(names)) ?? [];
    return { family, name };
  }
  for (const [family, name, signature, offset = 0] of SIGNATURES) {
    if (!head.startsWith(signature, offset)) continue;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text.
    if (SHORT.test(signature) && !/[\0-\x08\x0e-\x1a]/.test(head.slice(0, 512))) continue;
    return { family, name };
  }
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b/i.test(head))
    return { family: 'DOCUMENT', name: 'HTML' };
  if (/^(?:\xef\xbb\xbf)?\s*<\?xml\b/i.test(head)) return { family: 'DOCUMENT', name: 'XML' };
  // The length of safetensors' header is a number of eight bytes.
  if (/^[\s\S]{3,5}\0{3,5}\{"/.test(head)) return { family: 'BINARY', name: 'safetensors' };
  return null;
}
