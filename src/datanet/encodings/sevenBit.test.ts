import { expect, it } from 'vitest';
import { decodeSevenBit, guessSevenBit, isSevenBit } from './sevenBit.ts';

const decode = (text: string, encoding: string): string | null =>
  decodeSevenBit(
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
    encoding,
  );

it('are three', () => {
  expect(['utf-7', 'hz-gb-2312', 'iso-2022-kr', 'iso-2022-jp', 'constructor'].filter(isSevenBit)).toEqual([
    'utf-7',
    'hz-gb-2312',
    'iso-2022-kr',
  ]);
});

it.each<[string, string, string | null]>([
  ['utf-7', 'plain', 'plain'],
  ['utf-7', '1 +- 1', '1 + 1'],
  ['utf-7', 'caf+AOk-s', 'cafés'],
  ['utf-7', 'caf+AOk, s', 'café, s'],
  ['utf-7', 'caf+AOk', 'café'],
  ['utf-7', '+AOkA6A-', 'éè'],
  ['utf-7', '+2D3eAA-', '😀'],
  ['utf-7', '+2D0-', null],
  ['utf-7', '1 + 1', null],
  ['utf-7', '+A-', null],
  ['utf-7', '+AA-', null],
  ['utf-7', '+AOkA-', null],
  ['utf-7', '+AOl-', null],
  ['utf-7', 'caf+AOk-\xe9', null],
  ['hz-gb-2312', 'a ~~ b', 'a ~ b'],
  ['hz-gb-2312', '~{VP9z~} x', '中国 x'],
  ['hz-gb-2312', '~{VP9z\nx', '中国\nx'],
  ['hz-gb-2312', '~{VP9z', '中国'],
  ['hz-gb-2312', 'one ~\ntwo ~\r\nthree', 'one two three'],
  ['hz-gb-2312', '~{VP9~}', null],
  ['hz-gb-2312', 'a ~ b', null],
  ['hz-gb-2312', '~{~}', ''],
  ['iso-2022-kr', '\x1b$)C\x0e<-?o\x0f x', '서울 x'],
  ['iso-2022-kr', '\x1b$)C\x0e<-?o\nx', '서울\nx'],
  ['iso-2022-kr', '\x1b$)C\x0e<- ?o', '서 울'],
  ['iso-2022-kr', '\x0e<-?\x0f', null],
  ['iso-2022-kr', 'a\x0f', null],
  ['iso-2022-kr', 'a\x1b$B', null],
  ['iso-2022-kr', '\x0e<-\x1b', null],
])('%s %j is %j', (encoding, text, decoded) => {
  expect(decode(text, encoding)).toBe(decoded);
});

it.each<[string, string | null]>([
  ['plain, with 1 + 1 and ~ and C++', null],
  ['Z+APw-rich', null],
  ['Z+APw-rich, again Z+APw-rich', null],
  ['Z+APw-rich, B+APw-lach', null],
  ['Z+APw-rich, gr+APYA3w-er', 'utf-7'],
  ['Z+APw-rich, gr+APYA3w-er, 1 + 1', null],
  ['Z+APw-rich, gr+APYA3w-er, 1 +- 1', 'utf-7'],
  ['a+ABI-b c+APw-d', null],
  ['+BB8EQAQ4BDIENQRC-', null],
  ['+BB8EQAQ4BDIENQRCBDwEOARA-', 'utf-7'],
  ['x+foo-bar and y+abQ-z', null],
  ['+AEEAQg- and +APw- and +APY-', null],
  ['~{VP9z~}', 'hz-gb-2312'],
  ['~{VP9z\n', 'hz-gb-2312'],
  ['~{VP9z', null],
  ['~{x~} is a template', null],
  ['~{ab~} and ~ alone', null],
  ['\x1b$)C\x0e<-?o\x0f', 'iso-2022-kr'],
  ['\x1b$)A\x0eVP9z\x0f', 'iso-2022-cn'],
  ['\x1b$*H', 'iso-2022-cn'],
  ['\x1b$B$3\x1b(B', 'iso-2022-jp'],
  ['\x1b$@$3\x1b(B', 'iso-2022-jp'],
  ['\x1b$(D0!', 'iso-2022-jp'],
  ['\x1b[31mred\x1b[0m', null],
])('%j is guessed as %s', (text, encoding) => {
  expect(guessSevenBit(text)).toBe(encoding);
});
