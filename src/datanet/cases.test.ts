// The cases of this domain (test/cases/README.md), beside the code that they are about.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseFolders, readTries, type Try } from '../../test/cases/caseFile.ts';
import { runTry } from '../../test/cases/runTry.ts';
import { checkRows } from './checkRows.ts';
import { parseRows } from './parseRows.ts';

const root = path.join(import.meta.dirname, '../../test/cases/data');
const tries = caseFolders(root).map((folder) => readTries(folder, root));

describe.each(tries)('case', (...some) => {
  it.each(some)('$name', async (one) => {
    expect(await runTry(one)).toEqual([]);
  });
});

const textOf = ({ input }: Try): string | undefined => {
  const { parts } = input as { readonly parts?: readonly (readonly [string, number])[] };
  return parts?.map(([text, times]) => text.repeat(times)).join('');
};
const pasted = tries.flat().filter((one) => one.name.startsWith('as-people-have-them') && one.right !== undefined);

it.each(pasted)('$name: what is pasted is read as the file is', async (one) => {
  const text = textOf(one) ?? '';
  const { as } = one.input as { readonly as: string };
  const blob = await parseRows({ blob: new Blob([text]), fileName: as }).catch(() => undefined);
  // A file of another type is refused; what is pasted is taken for rows that are not yet right.
  if (blob === undefined) return;
  expect(await parseRows({ text, fileName: as })).toEqual({ ...blob, encoding: null });
  const { findings, accepted } = await checkRows({ rows: blob.rows });
  const blocked = new Set(findings.filter(({ severity }) => severity === 'block').map(({ row }) => row));
  expect(accepted).toEqual(blob.rows.flatMap((_, row) => (blocked.has(row) ? [] : [row])));
});
