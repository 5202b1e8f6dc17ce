// Each type by its first bytes, and where text that begins alike is text.
import { describe, expect, it } from 'vitest';
import { fileType, isBytes, textType } from './fileType.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const nameOf = (text: string): string | undefined => fileType(latin1(text))?.name;
const BINARY = '\0\x01\x02';

describe.each<[string, string, string, number?]>([
  ['gzip', 'ARCHIVE', '\x1f\x8b'],
  ['Parquet', 'TABLE', 'PAR1'],
  ['Parquet (encrypted)', 'TABLE', 'PARE'],
  ['Arrow', 'TABLE', 'ARROW1'],
  ['Feather', 'TABLE', 'FEA1'],
  ['Avro', 'TABLE', 'Obj\x01'],
  ['ORC', 'TABLE', 'ORC'],
  ['SQLite', 'TABLE', 'SQLite format 3\0'],
  ['HDF5', 'TABLE', '\x89HDF\r\n\x1a\n'],
  ['NumPy', 'TABLE', '\x93NUMPY'],
  ['Python pickle', 'TABLE', '\x80\x02'],
  ['Python pickle', 'TABLE', '\x80\x03'],
  ['Python pickle', 'TABLE', '\x80\x04\x95'],
  ['Python pickle', 'TABLE', '\x80\x05\x95'],
  ['Excel (xls) or another document of Office 97', 'SPREADSHEET', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['bzip2', 'ARCHIVE', 'BZh'],
  ['xz', 'ARCHIVE', '\xfd7zXZ\0'],
  ['Zstandard', 'ARCHIVE', '\x28\xb5\x2f\xfd'],
  ['7-Zip', 'ARCHIVE', '7z\xbc\xaf\x27\x1c'],
  ['RAR', 'ARCHIVE', 'Rar!\x1a\x07'],
  ['LZ4', 'ARCHIVE', '\x04\x22\x4d\x18'],
  ['tar', 'ARCHIVE', 'ustar', 257],
  ['PDF', 'DOCUMENT', '%PDF-'],
  ['RTF', 'DOCUMENT', '{\\rtf'],
  ['PostScript', 'DOCUMENT', '%!PS'],
  ['PNG', 'MEDIA', '\x89PNG\r\n\x1a\n'],
  ['JPEG', 'MEDIA', '\xff\xd8\xff'],
  ['GIF', 'MEDIA', 'GIF8'],
  ['WebP, WAV or AVI', 'MEDIA', 'RIFF'],
  ['TIFF', 'MEDIA', 'II*\0'],
  ['TIFF', 'MEDIA', 'MM\0*'],
  ['BMP', 'MEDIA', 'BM'],
  ['MP4, HEIC or another of its family', 'MEDIA', 'ftyp', 4],
  ['MP3', 'MEDIA', 'ID3'],
  ['Ogg', 'MEDIA', 'OggS'],
  ['FLAC', 'MEDIA', 'fLaC'],
  ['Matroska or WebM', 'MEDIA', '\x1aE\xdf\xa3'],
  ['GGUF model', 'BINARY', 'GGUF'],
  ['program (ELF)', 'BINARY', '\x7fELF'],
  ['program (Windows)', 'BINARY', 'MZ\x90\0'],
  ['WebAssembly', 'BINARY', '\0asm'],
  ['Java class or program (macOS)', 'BINARY', '\xca\xfe\xba\xbe'],
  ['program (macOS)', 'BINARY', '\xcf\xfa\xed\xfe'],
  ['property list of Apple', 'BINARY', 'bplist00'],
  ['font', 'BINARY', 'wOF2'],
  ['font', 'BINARY', 'wOFF'],
  ['font', 'BINARY', 'OTTO'],
  ['icon', 'MEDIA', '\0\0\x01\0'],
  ['LZMA', 'ARCHIVE', '\x5d\0\0'],
  ['zlib', 'ARCHIVE', '\x78\x9c'],
  ['zlib', 'ARCHIVE', '\x78\xda'],
  ['Arrow (stream)', 'TABLE', '\xff\xff\xff\xff'],
  ['DuckDB', 'TABLE', 'DUCK', 8],
  ['Access', 'TABLE', 'Standard Jet DB', 4],
  ['Access', 'TABLE', 'Standard ACE DB', 4],
  ['LMDB', 'TABLE', '\xde\xc0\xef\xbe', 16],
  ['R data', 'TABLE', 'RDX2\n'],
  ['R data', 'TABLE', 'RDX3\n'],
  ['MATLAB', 'TABLE', 'MATLAB 5.0 MAT-file'],
])('%s', (name, family, signature, offset = 0) => {
  it(`begins with ${JSON.stringify(signature)} at ${offset}`, () => {
    const lead = 'a'.repeat(offset);
    expect(fileType(latin1(lead + signature + BINARY))).toEqual({ family, name });
    expect(nameOf(`a${lead}${signature}${BINARY}`)).not.toBe(name);
    expect(nameOf(lead + signature.slice(0, -1))).not.toBe(name);
  });
});

it('letters that a text may begin with are a type only with bytes behind them, in the first 512', () => {
  for (const letters of [
    'BM',
    'ID3',
    'ORC',
    'GIF8',
    'RIFF',
    'OTTO',
    'OggS',
    'fLaC',
    'FEA1',
    'GGUF',
    'wOF2',
    'wOFF',
    'BZh',
  ]) {
    expect(nameOf(`${letters} is a word,b\n`)).toBeUndefined();
    expect(nameOf(`${letters.padEnd(511)}\x02`)).toBeDefined();
    expect(nameOf(`${letters.padEnd(512)}\x02`)).toBeUndefined();
  }
  expect(nameOf('    ftyp is a word')).toBeUndefined();
  expect(nameOf('        DUCK is a word')).toBeUndefined();
});

it.each([
  ['PK\x03\x04 rows.jsonl', 'ARCHIVE', 'zip'],
  ['PK\x05\x06', 'ARCHIVE', 'zip'],
  ['PK\x07\x08', 'ARCHIVE', 'zip'],
  ['PK\x03\x04 xl/workbook.xml', 'SPREADSHEET', 'Excel (xlsx)'],
  ['PK\x03\x04 opendocument.spreadsheet', 'SPREADSHEET', 'OpenDocument spreadsheet (ods)'],
  ['PK\x03\x04 Index/Document.iwa', 'SPREADSHEET', 'Numbers, Pages or Keynote'],
  ['PK\x03\x04 word/document.xml', 'DOCUMENT', 'Word (docx)'],
  ['PK\x03\x04 ppt/slides', 'DOCUMENT', 'PowerPoint (pptx)'],
  ['PK\x03\x04 opendocument.text', 'DOCUMENT', 'OpenDocument'],
  ['PK\x03\x04 epub+zip', 'DOCUMENT', 'EPUB'],
  ['PK\x03\x04 weights.npy', 'TABLE', 'NumPy (npz)'],
  ['PK\x03\x04 model/data.pkl', 'BINARY', 'PyTorch'],
  [`PK\x03\x04${' '.repeat(20_000)}xl/workbook.xml`, 'SPREADSHEET', 'Excel (xlsx)'],
])('a zip file is of whom its members are: %j', (bytes, family, name) => {
  expect(fileType(latin1(bytes))).toEqual({ family, name });
  expect(nameOf(` ${bytes}`)).toBeUndefined();
});

it.each<[string, string | undefined]>([
  ['<!DOCTYPE html><p>a', 'HTML'],
  ['\xef\xbb\xbf \n<html>', 'HTML'],
  ['<!-- saved -->\n<table><tr>', 'HTML'],
  ['<h3>a', 'HTML'],
  ['<h7>a', undefined],
  ['<?xml version="1.0"?>', 'XML'],
  ['<!DOCTYPE rows>', 'XML'],
  ['<rows a="b"><row/></rows>', 'XML'],
  ['<rows>', undefined],
  ['<b> is a mark, <i> another', undefined],
  [`<rows>${' '.repeat(4_083)}</rows>`, 'XML'],
  [`<rows>${' '.repeat(4_084)}</rows>`, undefined],
  ['version https://git-lfs.github.com/spec/v1', 'pointer of Git LFS'],
  ['\n%PDF-1.4', 'PDF'],
  ['a %PDF-1.4', undefined],
  ['\x10\x02\0\0\0\0\0\0{"__metadata__"', 'safetensors'],
  ['\x10\x02\x01\0\0\0\0\0{"__metadata__"', 'safetensors'],
  ["\x10\x02\x01\0\0\0\0\0{'__metadata__'", undefined],
  ['\x10\x02\x01\x03\x04\x05\0\0{"__metadata__"', undefined],
  ['prompt,response\na,b\n', undefined],
  ['{"prompt":"a"}', undefined],
])('%j is %s', (text, name) => {
  expect(nameOf(text)).toBe(name);
});

it('a text of control characters is bytes; a few of them are not', () => {
  const control = (count: number, others: number): boolean => isBytes('\x01'.repeat(count) + 'a'.repeat(others));
  expect([control(4, 0), control(5, 0), control(5, 94), control(5, 95), control(6, 113), control(6, 114)]).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
  ]);
  expect(isBytes('\t\n\r\x0b\x0c\x1b\x1e\x1f'.repeat(10))).toBe(false);
  expect(isBytes('\x7f'.repeat(5))).toBe(true);
  // What the first characters are tells it.
  expect(isBytes('a'.repeat(8_192) + '\x01'.repeat(9_999))).toBe(false);
  expect(isBytes('a'.repeat(7_782) + '\x01'.repeat(410))).toBe(true);
});

it.each<[string, string]>([
  ['INSERT INTO a VALUES (1);', 'SQL'],
  ['-- MySQL dump 10', 'SQL'],
  ['[table]\nkey = 1\n\nother = 2\n', 'TOML or INI'],
  ['a = 1\nb = 2\nc = 3\nd = 4\nand words', 'TOML or INI'],
  ['a = 1\nb = 2\nc = 3\nand words', 'text'],
  ['- a: 1\n  b: 2\n# c\n', 'YAML'],
  ['a: 1\nb: 2\nc: 3\nd: 4\nand words', 'YAML'],
  ['a: 1\nb: 2\nc: 3\nand words', 'text'],
  ['Q: What?\nA: This.\n', 'text'],
  ['\x01\x02\x03\x04\x05', 'unknown bytes'],
  ['Once upon a time', 'text'],
  ['', 'text'],
  // Fifty lines are looked at.
  [`${'a: 1\n'.repeat(50)}${'words and more\n'.repeat(200)}`, 'YAML'],
  [`${'a: 1\n'.repeat(30)}${'words and more\n'.repeat(200)}`, 'text'],
])('%j is %s', (text, name) => {
  expect(textType(text).name).toBe(name);
});
