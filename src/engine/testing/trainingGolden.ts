// For tests only: the golden cases of backward operators, and a comparison with them on both backends.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Constants, ElementArray, Operator } from '../backend.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { dawnBackend } from './agreement.ts';
import type { GoldenTensor } from './parseSafetensors.ts';
import { readSafetensors } from './readSafetensors.ts';
import { relativeError } from './relativeError.ts';
import { runOperator } from './runOperator.ts';

const folder = fileURLToPath(new URL('../../../test/golden/training/ops/', import.meta.url));

export interface GoldenCase {
  readonly file: string;
  readonly operator: string;
  // biome-ignore lint/suspicious/noExplicitAny: each operator has parameters of its own.
  readonly parameters: any;
  readonly tensors: Readonly<Record<string, GoldenTensor>>;
}

/** The cases of one operator in `training/ops`. Throws if there are none, so that a test cannot pass vacuously. */
export function goldenCases(operator: string): readonly GoldenCase[] {
  const index = JSON.parse(readFileSync(`${folder}index.json`, 'utf8')) as {
    cases: { file: string; operator: string; parameters: unknown }[];
  };
  const found = index.cases.filter((each) => each.operator === operator);
  if (found.length === 0) throw new Error(`no golden case of ${operator}`);
  return found.map((each) => ({ ...each, tensors: readSafetensors(folder + each.file) }));
}

export function goldenJson(name: string): unknown {
  return JSON.parse(readFileSync(folder + name, 'utf8'));
}

/** A golden tensor as f32. */
export function f32(golden: GoldenCase, name: string): Float32Array<ArrayBuffer> {
  return Float32Array.from(golden.tensors[name] ?? []);
}

/** The larger of the two backends' errors against a golden tensor. */
export async function worstError(
  call: {
    readonly operator: Operator;
    readonly data: Readonly<Record<string, ElementArray>>;
    readonly constants: Constants;
    readonly rows: number;
    readonly result: string;
  },
  golden: ArrayLike<number>,
): Promise<number> {
  const errors: number[] = [];
  for (const backend of [createReferenceBackend(), await dawnBackend()]) {
    const actual = await runOperator(backend, call.operator, call.data, call.constants, call.rows, call.result);
    errors.push(relativeError(actual, golden));
  }
  return Math.max(...errors);
}
