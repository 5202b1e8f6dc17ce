// The expanded templates as committed snapshots (`shaders/`): a change of a template or of its values shows in the diff as the WGSL
// that a device will compile, without comments. To regenerate them, delete the folder and run this test; with CI set, a missing
// snapshot fails.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Constants, Operator } from '../backend.ts';

const folder = path.join(import.meta.dirname, 'shaders');

const heads = { heads: 4, keyValueHeads: 2, window: 0, softcap: 0 };
/** Shapes that cover every branch of a template. Where two expand to the same text, the first stands for both. */
const shapes: Readonly<Record<string, Constants>> = {
  aligned: { ...heads, inputs: 96, columns: 96, headDimension: 32, width: 32 },
  odd: { ...heads, inputs: 50, columns: 50, headDimension: 30, width: 30, keyValueHeads: 1, softcap: 50, window: 8 },
  // Divisible by four, with a partial last block.
  padded: { ...heads, inputs: 36, columns: 36, headDimension: 128, width: 128 },
};

/** Linear shaders of all formats differ only in how they read weights, which `embedding` shows; the digests cover the rest. */
const shownFormats = /^linear\w* (q8_0|q6_k)$/;

const isOperator = (value: unknown): value is Operator =>
  typeof value === 'object' && value !== null && 'variants' in value && 'bindings' in value;

/** Every operator that a kernel module exports, alone or in a record by format. */
async function allOperators(): Promise<Operator[]> {
  const modules = globSync('*/*.ts', { cwd: import.meta.dirname, exclude: ['**/*.test.ts'] }).sort();
  const values = await Promise.all(
    modules.map(async (file) => Object.values((await import(path.join(import.meta.dirname, file))) as object)),
  );
  return values.flat().flatMap((value) => (isOperator(value) ? [value] : recordOf(value)));
}

const recordOf = (value: unknown): Operator[] =>
  typeof value === 'object' && value !== null ? Object.values(value).filter(isOperator) : [];

interface Shader {
  /** Operator and variant, plus the shape if it matters. */
  readonly name: string;
  readonly text: string;
  readonly isShown: boolean;
}

const operators = await allOperators();
/** Sources that are not template expansions: the kernel's own file shows their changes. */
const files = new Set(
  globSync('*/*.wgsl', { cwd: import.meta.dirname, exclude: ['shaders/**'] }).map((file) =>
    readFileSync(path.join(import.meta.dirname, file), 'utf8'),
  ),
);

function shadersOf({ name, variants }: Operator): Shader[] {
  return variants.flatMap((variant) => {
    const texts = new Map<string, string>();
    for (const [shape, constants] of Object.entries(shapes)) {
      const source = variant.source(constants);
      const text = source.replace(/^ *\/\/.*\n/gm, '');
      if (!files.has(source) && !texts.has(text)) texts.set(text, shape);
    }
    return [...texts].map(([text, shape]) => ({
      name: `${name}/${variant.name}${texts.size === 1 ? '' : `, ${shape}`}`,
      text,
      isShown: !name.startsWith('linear') || (shownFormats.test(name) && shape !== 'padded'),
    }));
  });
}

const shaders = operators.flatMap(shadersOf);

const fileOf = ({ name }: Shader): string => `${name.replaceAll(',', '').replaceAll(' ', '-')}.wgsl`;

describe('shaders', () => {
  it.each(shaders.filter(({ isShown }) => isShown))('$name is as committed', async (shader) => {
    await expect(shader.text).toMatchFileSnapshot(path.join(folder, fileOf(shader)));
  });

  it('of every variant have the committed digests', async () => {
    const lines = shaders.map(
      ({ name, text }) => `${createHash('sha256').update(text).digest('hex').slice(0, 16)}  ${name}`,
    );
    expect(new Set(lines).size).toBe(lines.length);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(path.join(folder, 'digests.txt'));
  });

  it('that no variant uses are not committed', () => {
    const known = new Set(['digests.txt', ...shaders.filter(({ isShown }) => isShown).map(fileOf)]);
    const committed = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
    expect(committed.filter((file) => /\.\w+$/.test(file) && !known.has(file.split(path.sep).join('/')))).toEqual([]);
  });
});
