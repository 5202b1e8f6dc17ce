import { readBlob } from '../sources/readBlob.ts';
import type { InstallRecord } from './installRecord.ts';
import type { PackModel } from './ports.ts';

/** The files of a model one after another, as they are. */
export const bundleFiles: PackModel = async function* ({ files, signal }) {
  for (const { blob } of files) yield* readBlob(blob as Blob, 0, signal);
};

/** The files of a bundle again, by name. */
export function unbundleFiles(
  record: InstallRecord,
  bundle: Blob,
): readonly { readonly name: string; readonly blob: Blob }[] {
  let begin = 0;
  return record.files.map(({ name, bytes }) => {
    const blob = bundle.slice(begin, begin + bytes);
    begin += bytes;
    return { name, blob };
  });
}
