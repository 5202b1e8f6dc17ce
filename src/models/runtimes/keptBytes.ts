// What the runtimes' own caches keep of a model. They write to the browser's Cache Storage under names of theirs; it is asked
// without their libraries, so that a list can say sizes before anything is loaded.
import { onnxChoices } from './transformers/onnxChoices.ts';
import type { RuntimeModel } from './types.ts';

const cacheNames = /^(transformers-cache$|webllm\/)/;

/** Where the addresses of a model's files begin, below whatever hub: `owner/name/resolve/revision/`. */
function folderOf({ id, source }: RuntimeModel): string {
  if (source.kind === 'onnx') return `/${source.repository}/resolve/${source.revision}/`;
  // WebLLM lists some weights twice; that with less context has an ending of its own.
  return `/${id.replace(/-1k$/, '')}/resolve/main/`;
}

/** Bytes of the answer, as it was sent; bodies of gigabytes are not read for it. */
function lengthOf(answer: Response | undefined): number {
  return Number(answer?.headers.get('content-length') ?? 0);
}

/** Bytes that this browser keeps of a model of another runtime, as far as its servers said their lengths. */
export async function keptBytes(model: RuntimeModel): Promise<number> {
  const folder = folderOf(model);
  const files: { name: string; bytes: number }[] = [];
  for (const name of (await globalThis.caches?.keys()) ?? []) {
    if (!cacheNames.test(name)) continue;
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
