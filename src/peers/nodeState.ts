// `StateStore` in one folder: one file per key, replaced as a whole, so that a crash leaves the old value or the new one. A file
// contains the length of the key (four bytes, big-endian), the key and the value. Its name is the hash of the key, since keys can
// be longer than file names.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesToHex, concatBytes } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import type { StateStore } from './stateStore.ts';

const SUFFIX = '.state';

export async function openFileState(folder: string): Promise<StateStore> {
  await mkdir(folder, { recursive: true });
  const encode = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
  const fileOf = (key: string): string => path.join(folder, `${bytesToHex(sha256(encode(key)))}${SUFFIX}`);
  let written = 0;
  return {
    async entries() {
      const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
      return Promise.all(
        names.map(async (name) => {
          const bytes = new Uint8Array(await readFile(path.join(folder, name)));
          const end = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
          return [new TextDecoder().decode(bytes.subarray(4, end)), bytes.slice(end)] as const;
        }),
      );
    },
    async put(key, value) {
      written += 1;
      const name = encode(key);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, name.byteLength);
      const temporary = `${fileOf(key)}.${written}.new`;
      await writeFile(temporary, concatBytes([length, name, value]));
      await rename(temporary, fileOf(key));
    },
    async delete(key) {
      await rm(fileOf(key), { force: true });
    },
    async close() {
      // Every write was awaited.
    },
  };
}
