import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Bytes of a file of the repository. */
export async function fileBytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path.join(import.meta.dirname, '../../..', name)));
}

/** Several. */
export function filesBytes(folder: string, ...names: readonly string[]): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all(names.map((name) => fileBytes(path.posix.join(folder, name))));
}
