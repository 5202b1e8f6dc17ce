// Uploads a tensor of a file as a weight, whatever its stored and its chosen format.
import type { Backend, Tensor, Weight, WeightFormat } from '../backend.ts';
import { weightWords } from '../formats/deviceLayout.ts';
import { bindableRows } from '../kernels/linear/weightParts.ts';
import type { StoredTensor } from '../modelFile.ts';
import { weightRows } from '../quant/weightRows.ts';

export interface UploadWeightOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after rows were uploaded, with their fraction of the tensor. */
  readonly onRows?: ((share: number) => void) | undefined;
}

/** Bytes after which to wait for the upload: until then the device may hold a second copy of them. */
const PENDING_BYTES = 32 << 20;

/**
 * The matrix `stored` on `backend` in `format`. Throws `MODEL_WEIGHT_NOT_FINITE`, `ENGINE_BUFFER_TOO_LARGE`, read errors, and the
 * signal's reason; then nothing of it stays on the device.
 */
export async function uploadWeight(
  backend: Backend,
  stored: StoredTensor,
  format: WeightFormat,
  { signal, onRows }: UploadWeightOptions = {},
): Promise<Weight> {
  const { name, shape } = stored;
  const [rows = 0, columns = 0] = shape;
  const words = weightWords(format, rows, columns);
  const codes = backend.createTensor(name, format === 'f32' ? 'f32' : 'u32', words.codes);
  let scales: Tensor | undefined;
  try {
    if (words.scales > 0) scales = backend.createTensor(`${name} scales`, 'u32', words.scales);
    let pending = 0;
    for await (const part of weightRows(stored, format, signal)) {
      const before = weightWords(format, part.firstRow, columns);
      backend.upload(codes, part.codes, before.codes);
      if (scales !== undefined) backend.upload(scales, part.scales, before.scales);
      pending += part.codes.byteLength;
      if (pending >= PENDING_BYTES) {
        pending = 0;
        await backend.download(codes, { offset: 0, length: 1 });
      }
      onRows?.(part.rows / rows);
    }
  } catch (error) {
    backend.destroyTensor(codes);
    if (scales !== undefined) backend.destroyTensor(scales);
    throw error;
  }
  const partRows = bindableRows(rows, words.codes);
  return {
    format,
    rows,
    columns,
    codes,
    ...(scales === undefined ? {} : { scales }),
    ...(partRows === undefined ? {} : { partRows }),
  };
}
