// Inspects a model by its headers.
import { openModelFile } from './openModelFile.ts';
import { defaultChoices, storedChoices } from './quant/quantizationChoices.ts';
import type { InspectModelRequest, ModelInspection } from './service.ts';
import { packedSize } from './tribpack/packedSize.ts';

/** Reads headers only. Throws as `openModelFile`. */
export async function inspectModel({ files, choices }: InspectModelRequest): Promise<ModelInspection> {
  const file = await openModelFile(files);
  const { container, config } = file;
  const tensors = [...file.tensors.values()].map(({ name, format, shape }) => ({ name, format, shape }));
  const wanted = choices ?? [storedChoices, ...(container === 'safetensors' ? [defaultChoices(file)] : [])];
  return {
    container,
    config,
    parameterCount: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    hasTokenizer: file.tokenizerJson !== undefined,
    hasChatTemplate: file.chatTemplate !== undefined,
    tensors,
    sizes: wanted.map((each) => ({ choices: each, ...packedSize(file, each) })),
  };
}
