// What a file is, by its first bytes, whatever its name says: those that carry no text are refused by the name of their type.

/** What can be done with a file of a type: each has its own error and way on. */
export type FileFamily = 'ARCHIVE' | 'BINARY' | 'DOCUMENT' | 'MARKUP' | 'MEDIA' | 'SPREADSHEET' | 'TABLE';

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
  ['BINARY', 'Java class or program (macOS)', '\xca\xfe\xba\xbe'],
  ['BINARY', 'program (macOS)', '\xcf\xfa\xed\xfe'],
  ['BINARY', 'property list of Apple', 'bplist00'],
  ['BINARY', 'font', 'wOF2'],
  ['BINARY', 'font', 'wOFF'],
  ['BINARY', 'font', 'OTTO'],
  ['MEDIA', 'icon', '\0\0\x01\0'],
  ['ARCHIVE', 'LZMA', '\x5d\0\0'],
  ['ARCHIVE', 'zlib', '\x78\x9c'],
  ['ARCHIVE', 'zlib', '\x78\xda'],
  ['TABLE', 'Arrow (stream)', '\xff\xff\xff\xff'],
  ['TABLE', 'DuckDB', 'DUCK', 8],
  ['TABLE', 'Access', 'Standard Jet DB', 4],
  ['TABLE', 'Access', 'Standard ACE DB', 4],
  ['TABLE', 'LMDB', '\xde\xc0\xef\xbe', 16],
  ['TABLE', 'R data', 'RDX2\n'],
  ['TABLE', 'R data', 'RDX3\n'],
  ['TABLE', 'MATLAB', 'MATLAB 5.0 MAT-file'],
];

/** Signatures of a few letters: text may begin with them, so the bytes that follow decide. */
const SHORT = /^(?:[ -~]{2,3}|GIF8|RIFF|OTTO|DUCK|OggS|fLaC|FEA1|ftyp|GGUF|wOF[2F])$/;

/** Members that tell which program a zip file belongs to. */
const ZIP_MEMBERS: readonly (readonly [member: RegExp, FileFamily, string])[] = [
  [/xl\/|spreadsheetml/, 'SPREADSHEET', 'Excel (xlsx)'],
  [/opendocument\.spreadsheet/, 'SPREADSHEET', 'OpenDocument spreadsheet (ods)'],
  [/Index\/|\.iwa|Metadata\/DocumentIdentifier/, 'SPREADSHEET', 'Numbers, Pages or Keynote'],
  [/word\/|wordprocessingml/, 'DOCUMENT', 'Word (docx)'],
  [/ppt\/|presentationml/, 'DOCUMENT', 'PowerPoint (pptx)'],
  [/opendocument/, 'DOCUMENT', 'OpenDocument'],
  [/epub/, 'DOCUMENT', 'EPUB'],
  [/\.npy/, 'TABLE', 'NumPy (npz)'],
  [/\/data\.pkl/, 'BINARY', 'PyTorch'],
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
  // A comment may come first.
  const markup = head.replace(/^[\s\xef\xbb\xbf]{0,40}(?:<!--[\s\S]{0,2000}?-->\s{0,40})?/, '');
  if (/^<(?:!doctype html|html|head|body|table|div|p|h[1-6]|ul|script|meta)\b/i.test(markup))
    return { family: 'DOCUMENT', name: 'HTML' };
  const element = /^<([A-Za-z][\w.:-]{0,60})(?:\s[^<>]{0,1000})?>/.exec(markup)?.[1];
  if (/^<(?:\?xml\b|!DOCTYPE )/.test(markup) || (element !== undefined && head.includes(`</${element}>`)))
    return { family: 'MARKUP', name: 'XML' };
  if (head.startsWith('version https://git-lfs.github.com/spec/'))
    return { family: 'BINARY', name: 'pointer of Git LFS' };
  if (/^\s{1,100}%PDF-1/.test(head)) return { family: 'DOCUMENT', name: 'PDF' };
  // The length of safetensors' header is a number of eight bytes.
  if (/^[\s\S]{3,5}\0{3,5}\{"/.test(head)) return { family: 'BINARY', name: 'safetensors' };
  return null;
}

/** How many characters of a text may be control characters: a few come from broken programs, many are bytes of something else. */
const MAX_CONTROL_SHARE = 0.05;
const MAX_CONTROL = 4;
/** Lines of a text that tell what it is. */
const TOLD_BY = 50;
const TOLD_IN = 8_192;

/** Whether `text` is bytes of something else that happen to be well-formed. */
export function isBytes(text: string): boolean {
  const head = text.slice(0, TOLD_IN);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text.
  const control = head.match(/[\0-\x08\x0e-\x1a\x1c\x1d\x7f]/g)?.length ?? 0;
  return control > MAX_CONTROL && control > head.length * MAX_CONTROL_SHARE;
}

/** What a text is that holds no rows, by how its lines are written; `text` where they say nothing. */
export function textType(text: string): FileType {
  if (isBytes(text)) return { family: 'BINARY', name: 'unknown bytes' };
  const head = text.slice(0, TOLD_IN);
  const lines = head.split(/\r\n|\n|\r/, TOLD_BY).filter((line) => line.trim() !== '');
  const share = (pattern: RegExp): number =>
    lines.filter((line) => pattern.test(line)).length / Math.max(1, lines.length);
  const is = (name: string, pattern: RegExp, least: number): FileType | undefined =>
    share(pattern) >= least ? { family: 'MARKUP', name } : undefined;
  return (
    (/^\s*(?:INSERT INTO|CREATE TABLE|BEGIN TRANSACTION|-- .{0,40}(?:dump|SQL)|PRAGMA )/i.test(head)
      ? ({ family: 'MARKUP', name: 'SQL' } as const)
      : undefined) ??
    is('TOML or INI', /^\s*(?:\[{1,2}[\w."' -]{1,80}\]{1,2}|[\w.-]{1,80}\s*=)/, 0.8) ??
    is(
      'YAML',
      /^(?!(?:Q|A|Question|Answer|User|Human|Assistant)\b)(?:---|\.\.\.)?\s*(?:- )?(?:- |["']?[\w .-]{1,80}["']?:(?:\s|$)|#|---)/,
      0.8,
    ) ?? { family: 'DOCUMENT', name: 'text' }
  );
}
