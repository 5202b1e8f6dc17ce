import type { ModelChoice, ModelSource, Packing } from '../../../models/index.ts';

function sourceText(source: ModelSource, choice: ModelChoice): string {
  switch (source.kind) {
    case 'hub':
      return `${source.repository}@${source.revision.slice(0, 12)}`;
    case 'url':
      return source.url;
    case 'ipfs':
      return `ipfs:${source.cid}`;
    case 'files':
      return `files:${source.name}:${choice.downloadBytes}`;
  }
}

/** The library's id of a choice packed in a way: the same choice gets the same id, so it is never installed twice. */
export function modelId(source: ModelSource, choice: ModelChoice, packing: Packing): string {
  const { weights, embedding, head } = packing;
  const packed = [weights, embedding, head].every((format) => format === 'stored')
    ? ''
    : `#${weights},${embedding},${head}`;
  return `${sourceText(source, choice)}/${choice.id}${packed}`;
}
