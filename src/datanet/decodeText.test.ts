// From bytes to text: marks, wide encodings without them, and where a fault stands.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../lib/bytes.ts';
import { decodeText } from './decodeText.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** UTF-16 or UTF-32. */
function wide(text: string, bytesPerUnit: 2 | 4, littleEndian: boolean): Uint8Array {
  const units =
    bytesPerUnit === 2
      ? Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
      : Array.from(text, (character) => character.codePointAt(0) as number);
  const view = new DataView(new ArrayBuffer(units.length * bytesPerUnit));
  for (const [index, unit] of units.entries())
    if (bytesPerUnit === 2) view.setUint16(2 * index, unit, littleEndian);
    else view.setUint32(4 * index, unit, littleEndian);
  return new Uint8Array(view.buffer);
}

const decode = async (bytes: Uint8Array, encoding?: string) => {
  const { text, encoding: read } = await decodeText({ bytes, fileName: 'a.csv', encoding });
  return `${read.name} ${read.by}: ${text}`;
};
const faultOf = async (bytes: Uint8Array, encoding?: string): Promise<unknown> =>
  decodeText({ bytes, fileName: 'a.csv', encoding }).then(
    () => 'read',
    ({ code, facts }: { code: string; facts: unknown }) => ({ code, facts }),
  );

const ENCODERS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  'utf-8': utf8,
  'utf-16le': (text) => wide(text, 2, true),
  'utf-16be': (text) => wide(text, 2, false),
  'utf-32le': (text) => wide(text, 4, true),
  'utf-32be': (text) => wide(text, 4, false),
};

describe.each(Object.entries(ENCODERS))('%s', (name, encode) => {
  it('with a mark is what the mark says, whatever the rest looks like', async () => {
    for (const text of ['', 'a', 'prompt,response\nä,😀\n', '日本', '\ufeffa'])
      expect(await decode(encode(`\ufeff${text}`))).toBe(`${name} mark: ${text}`);
  });

  it('without a mark is read where it begins as tables and JSON do, or its zero bytes say it', async () => {
    for (const text of [
      'prompt,response\nWhere is Zürich?,In Switzerland.\n',
      '{"prompt":"Где Волга?","response":"В России, и она очень длинная река."}\n'.repeat(40),
      `prompt,response\n${'日本の首都はどこですか,東京です。大きい町で電車がたくさんあります\n'.repeat(20)}`,
      'plain words of English',
    ])
      expect(await decode(encode(text))).toBe(`${name} ${name === 'utf-8' ? 'validity' : 'statistics'}: ${text}`);
  });

  it('is chosen', async () => {
    expect(await decode(encode('äß日'), name)).toBe(`${name} choice: äß日`);
    expect(await decode(encode('\ufeffä'), name.toUpperCase())).toBe(`${name} choice: ä`);
  });
});

it('half a character, half a pair, and what is beyond Unicode are no text', async () => {
  expect(await faultOf(ENCODERS['utf-32le']?.('\ufeffab').subarray(0, -1) as Uint8Array)).toEqual({
    code: 'FILE_NOT_IN_ENCODING',
    facts: { file: 'a.csv', encoding: 'utf-32le', line: 1, column: 1 },
  });
  for (const bytes of [
    [0, 0, 0x11, 0],
    [0, 0xd8, 0, 0],
    [0xff, 0xdf, 0, 0],
  ])
    expect(await faultOf(Uint8Array.from([...bytes].toReversed()), 'utf-32be')).toMatchObject({
      code: 'FILE_NOT_IN_ENCODING',
    });
  for (const text of ['\u{10ffff}', '\ud7ff', '\ue000'])
    expect(await decode(wide(text, 4, false), 'utf-32be')).toBe(`utf-32be choice: ${text}`);
  expect(await faultOf(wide('a\ud800b', 2, true), 'utf-16le')).toMatchObject({ facts: { line: 1, column: 2 } });
});

it('a few zero bytes make no wide text', async () => {
  const text = `prompt,response\n${'a\0b,c\n'.repeat(20)}`;
  expect(await decode(utf8(text))).toBe(`utf-8 validity: ${text}`);
  const many = `prompt,response\n${'a\0\0\0b,c\n'.repeat(20)}`;
  expect(await decode(utf8(many))).toBe(`utf-8 validity: ${many}`);
});

it('a label is one of the platform, or of those that it lacks', async () => {
  for (const label of ['latin1', 'UTF8', 'ibm437', 'IBM850', 'utf-7', 'utf-32le'])
    expect(await faultOf(utf8(label.startsWith('utf-32') ? 'abcd' : 'a'), label)).not.toMatchObject({
      code: 'ENCODING_UNKNOWN',
    });
  for (const label of ['', 'utf-32', 'klingon', 'constructor', 'iso-2022-cn', 'x'.repeat(99)])
    expect(await faultOf(utf8('a'), label)).toEqual({
      code: 'ENCODING_UNKNOWN',
      facts: { encoding: label.slice(0, 40) },
    });
});

it('a byte that is not of the encoding is told by line and column, wherever it stands', async () => {
  const part = fc.constantFrom(
    'a',
    'ä',
    '日本',
    '😀',
    '\n',
    '\r\n',
    '\r',
    'x'.repeat(1_000),
    'é'.repeat(700),
    '日'.repeat(1_365),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 14 }), fc.array(part, { maxLength: 3 }), async (before, after) => {
      const text = before.join('');
      // A line end that is cut in two would be another one.
      fc.pre(!text.endsWith('\r'));
      const lines = text.split(/\r\n|\n|\r/);
      const facts = { file: 'a.csv', line: lines.length, column: (lines.at(-1) as string).length + 1 };
      const bytes = concatBytes([utf8(text), Uint8Array.of(0xff), utf8(after.join(''))]);
      expect(await faultOf(bytes, 'utf-8')).toEqual({ code: 'FILE_NOT_UTF8', facts });
      const wideBytes = concatBytes([wide(text, 2, true), Uint8Array.of(0, 0xdc), wide(after.join(''), 2, true)]);
      expect(await faultOf(wideBytes, 'utf-16le')).toEqual({
        code: 'FILE_NOT_IN_ENCODING',
        facts: { ...facts, encoding: 'utf-16le' },
      });
    }),
    { numRuns: 300 },
  );
});

it('a file is damaged UTF-8 where more than two of three characters beyond ASCII are sound', async () => {
  const of = (sound: number, faults: number) =>
    concatBytes([utf8('ü'.repeat(sound)), new Uint8Array(faults).fill(0xe9)]);
  // As Windows-1252 the second would be "Ã¼" twice and "é", which nobody wrote either.
  expect(await faultOf(of(3, 1))).toMatchObject({ code: 'FILE_NOT_UTF8', facts: { line: 1, column: 4 } });
  const french = (faults: number) =>
    concatBytes([
      utf8('ü'),
      ...Array.from({ length: faults }, () => Uint8Array.from('L\xe9on a \xe9t\xe9 l\xe0. ', (c) => c.charCodeAt(0))),
    ]);
  expect(await faultOf(french(40))).toMatchObject({ code: 'FILE_NOT_UTF8' });
  const sound = french(40).subarray(2);
  expect(await decode(sound)).toMatch(/^windows-1252 statistics: Léon a été là\./);
});
