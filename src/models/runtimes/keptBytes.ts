// Size of a model in the runtimes' own caches. They write to the browser's Cache Storage under their own names; it is read
// without their libraries, so that a list can show sizes before anything is loaded.
import { onnxChoices } from './transformers/onnxChoices.ts';
import type { RuntimeModel } from './types.ts';

const CACHE_NAMES = /^(transformers-cache$|webllm\/)/;

/** Where the addresses of a model's files begin, below whatever hub: `owner/name/resolve/revision/`. */
function folderOf({ id, source }: RuntimeModel): string {
  if (source.kind === 'onnx') return `/${source.repository}/resolve/${source.revision}/`;
  // WebLLM lists some weights twice; that with less context has an ending of its own.
  return `/${id.replace(/-1k$/, '')}/resolve/main/`;
}

/** Size of a response by its headers; bodies of gigabytes are not read for it. */
function lengthOf(answer: Response | undefined): number {
  return Number(answer?.headers.get('content-length') ?? 0);
}

/** Cached bytes of a model of another runtime, as far as its servers stated lengths. */
export async function keptBytes(model: RuntimeModel): Promise<number> {
  const folder = folderOf(model);
  const files: { name: string; bytes: number }[] = [];
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (!CACHE_NAMES.test(name)) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const [, file] = decodeURIComponent(new URL(request.url).pathname).split(folder);
      if (file !== undefined) files.push({ name: file, bytes: lengthOf(await cache.match(request)) });
    }
  }
  if (model.source.kind !== 'onnx') return files.reduce((sum, { bytes }) => sum + bytes, 0);
  // Other formats of the same repository lie in the same cache.
  return onnxChoices({ ...model.source, files }).find(({ id }) => id === model.id)?.downloadBytes ?? 0;
}
