import { listChoices } from '../artifacts/listChoices.ts';
import type { ModelOffer } from '../types.ts';

/** What dropped files offer. `name` of each: its path in the folder that was dropped. */
export function offerOfFiles(files: readonly { readonly name: string; readonly blob: Blob }[]): ModelOffer {
  const listed = listChoices(
    files.map(({ name, blob }) => ({ name, bytes: blob.size, location: { kind: 'blob', blob } })),
  );
  const [first] = files;
  const folder = first?.name.includes('/') === true ? first.name.split('/')[0] : undefined;
  const name = folder ?? listed.choices[0]?.files[0]?.name ?? first?.name ?? '';
  return { source: { kind: 'files', name }, name, ...listed };
}
