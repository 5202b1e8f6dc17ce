// A LoRA adapter on a backend, separate from the model and never merged into it: y = W x + s B (A x).
import type { Backend, OperatorCall, Tensor, Weight } from '../backend.ts';
import { linear } from '../kernels/linear/linear.ts';
import { maskAdapterRows } from '../kernels/maskAdapterRows/maskAdapterRows.ts';
import type { LinearModule } from './decoderWeights.ts';

/** The two factors of one adapted linear layer. */
export interface AdapterFactors {
  /** f32 [rank, inputs] */
  readonly a: Weight;
  /** f32 [outputs, rank] */
  readonly b: Weight;
  readonly scale: number;
}

export interface DeviceAdapter {
  readonly id: string;
  /** The largest rank of its modules. */
  readonly rank: number;
  readonly parameterCount: number;
  /** Factors by layer, then by module; absent if the adapter does not adapt the module. */
  readonly layers: readonly Readonly<Partial<Record<LinearModule, AdapterFactors>>>[];
  destroy(): void;
}

/** One adapted module as read from a file. */
export interface AdapterModule {
  readonly layer: number;
  readonly module: LinearModule;
  readonly rank: number;
  readonly scale: number;
  /** [rank, inputs], row-major. */
  readonly a: Float32Array<ArrayBuffer>;
  /** [outputs, rank], row-major. */
  readonly b: Float32Array<ArrayBuffer>;
}

/** Uploads an adapter's factors for a model of `layerCount` layers. */
export function uploadAdapter(
  backend: Backend,
  id: string,
  modules: readonly AdapterModule[],
  layerCount: number,
): DeviceAdapter {
  const owned: Tensor[] = [];
  const layers = Array.from({ length: layerCount }, (): Partial<Record<LinearModule, AdapterFactors>> => ({}));
  const factor = (label: string, data: Float32Array<ArrayBuffer>, rows: number): Weight => {
    const codes = backend.createTensor(label, 'f32', data.length);
    owned.push(codes);
    backend.upload(codes, data);
    return { format: 'f32', rows, columns: data.length / rows, codes };
  };
  for (const { layer, module, rank, scale, a, b } of modules) {
    const label = `${id}.${layer}.${module}`;
    const place = layers[layer];
    if (place === undefined) continue;
    place[module] = { a: factor(`${label}.A`, a, rank), b: factor(`${label}.B`, b, b.length / rank), scale };
  }
  return {
    id,
    rank: modules.reduce((most, { rank }) => Math.max(most, rank), 1),
    parameterCount: modules.reduce((total, { a, b }) => total + a.length + b.length, 0),
    layers,
    destroy: () => {
      for (const tensor of owned.splice(0)) backend.destroyTensor(tensor);
    },
  };
}

/**
 * The calls y += s B (A x) on the rows of a batch. `scratch`: at least f32 [rows, rank]. `mask`: only the rows whose entry in
 * `adapters` is `index`, if a batch mixes adapters; for the other rows, zeros are added.
 */
export function loraCalls(
  { a, b, scale }: AdapterFactors,
  { x, y, scratch }: { readonly x: Tensor; readonly y: Tensor; readonly scratch: Tensor },
  rows: number,
  mask?: { readonly adapters: Tensor; readonly index: number },
): OperatorCall[] {
  return [
    ...linear(a, x, scratch, rows),
    ...(mask === undefined ? [] : [maskAdapterRows(mask.adapters, scratch, a.rows, mask.index)]),
    ...linear(b, scratch, y, rows, { accumulate: true, scale }),
  ];
}
