// Files that pyarrow wrote in both versions of pages: read as they are, and refused once a number in them lies.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { checkParquetFooter, checkParquetPages } from './checkParquetPages.ts';
import { parseRows } from './parseRows.ts';

const fileOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(path.join(import.meta.dirname, '../../test/cases/data/parquet', name)));

const footerOf = (bytes: Uint8Array): number =>
  bytes.byteLength - 8 - new DataView(bytes.buffer).getUint32(bytes.byteLength - 8, true);

/** Whether `check` refuses. */
function refuses(check: () => void): boolean {
  try {
    check();
    return false;
  } catch {
    return true;
  }
}

/** In how many places each of the lies is refused before anything is unpacked by the library. */
const REFUSED: Readonly<Record<string, readonly (readonly [pages: number, footer: number])[]>> = {
  'pages2.parquet': [
    [1076, 156],
    [1640, 891],
    [2341, 1081],
    [2347, 1114],
  ],
  'pages1.parquet': [
    [472, 67],
    [697, 349],
    [1095, 443],
    [1094, 452],
  ],
  'required.parquet': [
    [293, 111],
    [500, 539],
    [708, 690],
    [708, 707],
  ],
};

describe.each<[string, boolean]>([
  ['pages2.parquet', false],
  ['pages1.parquet', false],
  ['required.parquet', true],
])('%s', (name, isRequired) => {
  it('is read', async () => {
    const { rows, problems } = await parseRows({ blob: new Blob([fileOf(name)]), fileName: name });
    expect(problems).toEqual([]);
    expect(rows).toEqual(
      Array.from({ length: 120 }, (_, index) => ({
        prompt: `Question ${index}?`,
        response: `Answer ${index % 7}.`,
        flag: isRequired || index % 3 !== 0 ? index % 2 === 0 : null,
        tags: Array.from({ length: index % 4 }, (_, at) => (isRequired || at % 2 === 0 ? `t${at}` : null)),
        n: index * index,
      })),
    );
  });

  it('is refused where a number lies, wherever that is', { timeout: 120_000 }, () => {
    const whole = fileOf(name);
    const metadata = parquetMetadata(whole.buffer);
    const footer = footerOf(whole);
    expect([refuses(() => checkParquetFooter(whole)), refuses(() => checkParquetPages(whole, metadata))]).toEqual([
      false,
      false,
    ]);
    // Another byte; and numbers of five bytes, as large as a signed and an unsigned one may be.
    const lies = [[0], [0xff], [0xfe, 0xff, 0xff, 0xff, 0x07], [0xff, 0xff, 0xff, 0xff, 0x0f]];
    const counts = lies.map((lie) => {
      const refused = [0, 0];
      for (let at = 4; at + lie.length <= whole.byteLength - 8; at += 1) {
        const bytes = whole.slice();
        bytes.set(lie, at);
        const part = Number(at >= footer);
        const isRefused = refuses(() => (part === 1 ? checkParquetFooter(bytes) : checkParquetPages(bytes, metadata)));
        refused[part] = (refused[part] as number) + Number(isRefused);
      }
      return refused;
    });
    expect(counts).toEqual(REFUSED[name]);
  });

  it('is refused when it is cut, or states metadata that it has not', () => {
    const whole = fileOf(name);
    const metadata = parquetMetadata(whole.buffer);
    for (const length of [0, 7, 8, 12, 100]) {
      const cut = whole.slice(0, length);
      expect([refuses(() => checkParquetFooter(cut)), refuses(() => checkParquetPages(cut, metadata))]).toEqual([
        true,
        true,
      ]);
    }
    const footer = new DataView(whole.buffer);
    footer.setUint32(whole.byteLength - 8, whole.byteLength - 7, true);
    expect(refuses(() => checkParquetFooter(whole))).toBe(true);
  });
});
