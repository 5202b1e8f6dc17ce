import { openAsBlob } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../src/lib/canonicalJson.ts';
import { toTributaryError } from '../../src/lib/errors.ts';
import { findCall } from './calls/index.ts';
import type { Try } from './caseFile.ts';
import { differences } from './differences.ts';

/** After this long a call counts as one that never ends; no sound one takes a tenth of it. */
export const PATIENCE_MS = 300_000;

type Outcome = { readonly value: Json } | { readonly error: Json };

async function outcomeOf({ call: name, folder, input }: Try): Promise<Outcome> {
  const call = await findCall(name);
  const cleaning: (() => unknown)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} has not ended after ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    const context = {
      file: (fileName: string) => openAsBlob(path.join(folder, fileName)),
      path: (fileName = '.') => path.join(folder, fileName),
      onEnd: (clean: () => unknown) => cleaning.push(clean),
    };
    return { value: await Promise.race([call(input, context), patience]) };
  } catch (error) {
    const { code, message, facts, hint } = toTributaryError(error);
    return { error: { code, message, facts: facts as Json, hint } };
  } finally {
    clearTimeout(timer);
    for (const clean of cleaning.reverse()) await clean();
  }
}

/** What differs from the right outcome, one sentence each; none: the try passes. */
export async function runTry(one: Try): Promise<string[]> {
  return differences((await outcomeOf(one)) as unknown as Json, one.right);
}
