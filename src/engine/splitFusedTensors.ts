// Phi-3 stores q, k, v in one tensor and gate, up in another. Their rows are consecutive, in safetensors and in GGUF's blocks
// alike, so each part is a range of the stored bytes: nothing is requantised, and nothing is read twice.
import type { ModelConfig } from './modelConfig.ts';
import { modelInvalid } from './modelErrors.ts';
import type { StoredTensor } from './modelFile.ts';

type Parts = readonly (readonly [module: string, rows: number])[];

/** Parts of the fused projections by the fused module, in the order of their rows. */
export function fusedParts(config: ModelConfig): ReadonlyMap<string, Parts> {
  const { intermediateSize, headCount, keyValueHeadCount, headDimension, fusedProjections } = config;
  if (!fusedProjections) return new Map();
  const keys = keyValueHeadCount * headDimension;
  return new Map<string, Parts>([
    [
      'qkv_proj',
      [
        ['q_proj', headCount * headDimension],
        ['k_proj', keys],
        ['v_proj', keys],
      ],
    ],
    [
      'gate_up_proj',
      [
        ['gate_proj', intermediateSize],
        ['up_proj', intermediateSize],
      ],
    ],
  ]);
}

/** The tensors with fused projections replaced by their parts. Throws `MODEL_INVALID` for a wrong number of rows. */
export function splitFusedTensors(config: ModelConfig, tensors: Iterable<StoredTensor>): Map<string, StoredTensor> {
  const fused = fusedParts(config);
  const result = new Map<string, StoredTensor>();
  for (const tensor of tensors) {
    const [, path, module = ''] = /^(.*\.)(\w+)\.weight$/.exec(tensor.name) ?? [];
    const parts = fused.get(module);
    if (parts === undefined) {
      result.set(tensor.name, tensor);
      continue;
    }
    const [rows = 0, columns = 0] = tensor.shape;
    const expected = parts.reduce((total, [, count]) => total + count, 0);
    if (tensor.shape.length !== 2 || rows !== expected)
      throw modelInvalid(tensor.name, `the tensor ${tensor.name} has ${rows} rows, not ${expected}.`);
    let first = 0;
    for (const [part, count] of parts) {
      const start = first;
      first += count;
      const name = `${path}${part}.weight`;
      result.set(name, {
        name,
        format: tensor.format,
        shape: [count, columns],
        read: (signal) => tensor.readRows(start, count, signal),
        readRows: (row, rowCount, signal) => tensor.readRows(start + row, rowCount, signal),
      });
    }
  }
  return result;
}
