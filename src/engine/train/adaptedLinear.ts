// A linear layer with its LoRA factors, y = W x + scale B (A x), forward and backward, as operator calls. The factors are in the
// flat parameter vector, and their gradients in the flat gradient vector at the same elements.
import type { OperatorCall, Tensor, Weight } from '../backend.ts';
import { linear } from '../kernels/linear/linear.ts';
import { linearGradInput } from '../kernels/linearGradInput/linearGradInput.ts';
import { matmul } from '../kernels/matmul/matmul.ts';
import { segmentedMatmul } from '../kernels/segmentedMatmul/segmentedMatmul.ts';
import type { AdaptedModule } from './adapterLayout.ts';

/** The tensors that all adapted layers of a plan share. */
export interface AdapterTensors {
  /** u32 [4]: word 0 is the number of tokens. */
  readonly step: Tensor;
  /** u32 [slots, 2], see `segmentedMatmul`. */
  readonly segments: Tensor;
  readonly slots: number;
  readonly parameters: Tensor;
  readonly gradients: Tensor;
  /** f32 [tokens, largest rank], scratch. */
  readonly hiddenGradient: Tensor;
  readonly tokenCapacity: number;
}

export interface LowRank {
  readonly module: AdaptedModule;
  /** u32 [2]: element of A (of B) in the flat vectors, and the length of a slot. */
  readonly placeA: Tensor;
  readonly placeB: Tensor;
  /** f32 [tokens, rank]: A x, stored for the backward pass. */
  readonly hidden: Tensor;
}

export interface AdaptedLinear {
  readonly weight: Weight;
  /** Absent if the adapter does not adapt the layer. */
  readonly low?: LowRank;
}

/** hidden = A x: the backward pass needs it in addition to x. */
export function hiddenCalls(shared: AdapterTensors, { low }: AdaptedLinear, x: Tensor): OperatorCall[] {
  if (low === undefined) return [];
  return [
    {
      operator: matmul,
      tensors: { step: shared.step, left: x, right: shared.parameters, place: low.placeA, result: low.hidden },
      constants: { columns: low.module.rank, depth: low.module.inputs, transposeRight: 1, accumulate: 0, scale: 1 },
    },
  ];
}

/** y = W x + scale B (A x). */
export function adaptedLinearForward(
  shared: AdapterTensors,
  layer: AdaptedLinear,
  x: Tensor,
  y: Tensor,
): OperatorCall[] {
  const { low } = layer;
  const base = linear(layer.weight, x, y, shared.tokenCapacity);
  if (low === undefined) return base;
  const { rank, outputs, scale } = low.module;
  return [
    ...base,
    ...hiddenCalls(shared, layer, x),
    {
      operator: matmul,
      tensors: { step: shared.step, left: low.hidden, right: shared.parameters, place: low.placeB, result: y },
      constants: { columns: outputs, depth: rank, transposeRight: 1, accumulate: 1, scale },
    },
  ];
}

/** dA, dB and, if requested, dx = dy W + scale (dy B) A, added to or written over `dx`. */
export function adaptedLinearBackward(
  shared: AdapterTensors,
  { weight, low }: AdaptedLinear,
  tensors: {
    readonly x: Tensor;
    readonly dy: Tensor;
    readonly dx?: { readonly tensor: Tensor; readonly accumulate: boolean } | undefined;
  },
): OperatorCall[] {
  const { step, segments, parameters, gradients, hiddenGradient, slots } = shared;
  const { x, dy, dx } = tensors;
  const throughWeight =
    dx === undefined
      ? []
      : linearGradInput({
          weight,
          step,
          outputGradient: dy,
          inputGradient: dx.tensor,
          accumulate: dx.accumulate,
        });
  if (low === undefined) return throughWeight;
  const { placeA, placeB, hidden } = low;
  const { rank, inputs, outputs, scale } = low.module;
  const calls: OperatorCall[] = [
    ...throughWeight,
    {
      operator: segmentedMatmul,
      tensors: { segments, left: dy, right: hidden, place: placeB, result: gradients },
      constants: { height: outputs, columns: rank, segmentCount: slots, scale },
    },
    {
      operator: matmul,
      tensors: { step, left: dy, right: parameters, place: placeB, result: hiddenGradient },
      constants: { columns: rank, depth: outputs, transposeRight: 0, accumulate: 0, scale },
    },
    {
      operator: segmentedMatmul,
      tensors: { segments, left: hiddenGradient, right: x, place: placeA, result: gradients },
      constants: { height: rank, columns: inputs, segmentCount: slots, scale: 1 },
    },
  ];
  if (dx !== undefined) {
    calls.push({
      operator: matmul,
      tensors: { step, left: hiddenGradient, right: parameters, place: placeA, result: dx.tensor },
      constants: { columns: inputs, depth: rank, transposeRight: 0, accumulate: 1, scale: 1 },
    });
  }
  return calls;
}
