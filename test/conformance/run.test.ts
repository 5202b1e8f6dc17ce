// The runner's own promises: it fails on a wrong value, on nothing to compare, and names what it does not read.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const golden = path.join(root, 'test/golden/engine-formats');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'conformance-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function conformance(backend = 'reference'): { readonly status: number | null; readonly lines: readonly string[] } {
  const parameters = [path.join(root, 'tools/run.mjs'), 'test/conformance/run.ts', folder, '--backend', backend];
  const { status, stdout } = spawnSync(process.execPath, parameters, { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n') };
}

test('golden data passes, and what no module reads is named', () => {
  cpSync(path.join(golden, 'quant'), path.join(folder, 'some/depth'), { recursive: true });
  mkdirSync(path.join(folder, 'strange'));
  writeFileSync(path.join(folder, 'strange/data.json'), '{}');
  const { status, lines } = conformance();
  expect(status).toBe(0);
  expect(lines.filter((line) => line.startsWith('pass')).length).toBeGreaterThan(100);
  expect(lines.find((line) => line.startsWith('unsupported'))).toContain('strange');
  expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 1 unsupported$/);
});

test('a browser’s WebGPU is measured like any other', () => {
  cpSync(path.join(root, 'test/golden/engine/tiny-qwen3'), path.join(folder, 'model'), { recursive: true });
  const { status, lines } = conformance('chromium');
  expect(lines[0]).toMatch(/^Backend: ./);
  expect(lines.filter((line) => line.startsWith('pass')).join('\n')).toContain('greedy');
  expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 0 unsupported$/);
  expect(status).toBe(0);
});

test('one changed byte fails', () => {
  const file = path.join(folder, 'cases.safetensors');
  const bytes = readFileSync(path.join(golden, 'quant/cases.safetensors'));
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] as number) ^ 1;
  writeFileSync(file, bytes);
  const { status, lines } = conformance();
  expect(status).toBe(1);
  expect(lines.filter((line) => line.startsWith('FAIL')).length).toBeGreaterThan(0);
});

test('a folder with nothing to compare fails', () => {
  expect(conformance()).toMatchObject({
    status: 1,
    lines: expect.arrayContaining(['0 passed, 0 failed, 0 unsupported']),
  });
});
