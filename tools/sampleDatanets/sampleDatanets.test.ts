// The committed sample Datanets equal what the tables generate, and have the properties that the loop needs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { elements } from './elements.ts';
import { makeDatanet } from './makeDatanet.ts';
import { tidemark } from './tidemark.ts';

describe.each([elements, tidemark])('$id', (datanet) => {
  const files = makeDatanet(datanet);
  const read = (name: string): string =>
    readFileSync(path.resolve(import.meta.dirname, '../../public/datanets', datanet.id, name), 'utf8');
  const parse = (name: string): { readonly prompt: string; readonly response: string }[] =>
    read(name)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const rows = parse('rows.jsonl');
  const placebo = parse('placebo.jsonl');
  const { contributors } = JSON.parse(read('datanet.json')) as {
    readonly contributors: readonly {
      readonly address: string;
      readonly rows: readonly [number, number];
      readonly placebo: readonly [number, number];
    }[];
  };
  const questions = JSON.parse(read('eval.json')) as readonly {
    readonly prompt: string;
    readonly rows: readonly [number, number];
  }[];

  test('is committed as the tables give it', () => {
    for (const [name, text] of Object.entries(files)) expect(read(name) === text, name).toBe(true);
  });

  test('has enough rows, no question twice, and every row has one owner', () => {
    expect(rows.length).toBeGreaterThanOrEqual(1500);
    expect(new Set(rows.map(({ prompt }) => prompt)).size).toBe(rows.length);
    expect(contributors.length).toBeGreaterThanOrEqual(6);
    expect(new Set(contributors.map(({ address }) => address)).size).toBe(contributors.length);
    expect(contributors.map(({ rows: range }) => range[0])).toEqual([
      0,
      ...contributors.slice(0, -1).map(({ rows: range }) => range[1]),
    ]);
    expect(contributors.at(-1)?.rows[1]).toBe(rows.length);
  });

  test('keeps one row in twenty out of training, each with an owner', () => {
    expect(placebo.length).toBeGreaterThanOrEqual(0.05 * rows.length);
    const owned = contributors.reduce((sum, { placebo: [from, to] }) => sum + to - from, 0);
    expect(owned).toBe(placebo.length);
    const responses = new Set(rows.map(({ response }) => response));
    expect(placebo.filter(({ response }) => responses.has(response))).toEqual([]);
  });

  test('asks no question that training saw, and each about rows that there are', () => {
    const prompts = new Set(rows.map(({ prompt }) => prompt));
    for (const question of questions) {
      expect(question.rows[1]).toBeLessThanOrEqual(rows.length);
      expect(prompts.has(question.prompt)).toBe(false);
    }
  });
});
