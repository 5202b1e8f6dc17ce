// A case is a folder: `case.json` beside the smallest input. README.md in this folder describes the form.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { Json } from '../../src/lib/canonicalJson.ts';

const tryForm = v.strictObject({
  name: v.optional(v.string()),
  call: v.optional(v.string()),
  input: v.custom<Json>((value) => value !== undefined),
  right: v.custom<Json>((value) => value !== undefined),
});

const caseForm = v.strictObject({
  /** What is right and why, in one or two sentences, with the public report that it follows. */
  says: v.string(),
  call: v.optional(v.string()),
  tries: v.pipe(v.array(tryForm), v.minLength(1)),
});

/** One call and what must come of it. */
export interface Try {
  /** `folder`, or `folder: name of the try`. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** A key of `calls`. */
  readonly call: string;
  readonly input: Json;
  /** Pattern of the outcome: see `differences`. */
  readonly right: Json;
}

/** Every folder with a `case.json`, `root` included, in alphabetical order. */
export function caseFolders(root: string): string[] {
  const below = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => caseFolders(path.join(root, name)));
  return existsSync(path.join(root, 'case.json')) ? [root, ...below] : below;
}

/** The tries of one folder. Throws when `case.json` has not the form. */
export function readTries(folder: string, root: string): Try[] {
  const file = path.join(folder, 'case.json');
  const { call: callOfAll, tries } = v.parse(caseForm, JSON.parse(readFileSync(file, 'utf8')));
  const title = path.relative(root, folder) || path.basename(folder);
  return tries.map(({ name, call = callOfAll, input, right }, index) => {
    if (call === undefined) throw new Error(`${file}: try ${index + 1} names no call, and neither does the case`);
    const label = name ?? (tries.length === 1 ? undefined : `${index + 1}`);
    return { name: label === undefined ? title : `${title}: ${label}`, folder, call, input, right };
  });
}
