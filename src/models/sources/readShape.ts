// Reads the headers of a choice with the engine's own readers, so that a model that it does not support is refused, by name,
// before its download.
import type { BlobLike } from '../../lib/blobLike.ts';
import type { ModelShape } from '../types.ts';

/** Throws `MODEL_*`, `GGUF_*`, `SAFETENSORS_*`, or what reading the files throws. */
export async function readShape(
  files: readonly { readonly name: string; readonly blob: BlobLike }[],
): Promise<ModelShape> {
  // The engine is large: pages that only judge a shape never load it.
  const { openModelFile, packedSize } = await import('../../engine/index.ts');
  const file = await openModelFile(files);
  const { config, tensors, tokenizerJson, chatTemplate } = file;
  const { fileBytes, weightBytes } = packedSize(file, { weights: 'stored', embedding: 'stored', head: 'stored' });
  const listed = [...tensors.values()].map(({ name, shape, format }) => ({ name, shape, format }));
  const { architecture, layerCount, hiddenSize, keyValueHeadCount, headDimension } = config;
  const { vocabularySize, contextLength, slidingWindow, tiedEmbedding } = config;
  return {
    architecture,
    parameterCount: listed.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    layerCount,
    hiddenSize,
    keyValueHeadCount,
    headDimension,
    vocabularySize,
    contextLength,
    ...(slidingWindow === undefined ? {} : { slidingWindow }),
    tiedEmbedding,
    hasTokenizer: tokenizerJson !== undefined,
    hasChatTemplate: chatTemplate !== undefined,
    tensors: listed,
    headerBytes: fileBytes - weightBytes,
  };
}
