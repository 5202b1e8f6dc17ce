// The port on the processor, fast: the reference backend with its matrix products in WebAssembly SIMD. For machines without
// a graphics device, where a "software" WebGPU device is ten times slower.
import type { Backend, Operator, OperatorCall, WeightFormat } from '../backend.ts';
import { attentionOperator } from '../kernels/attention/attention.ts';
import { linearOperators } from '../kernels/linear/linear.ts';
import { linearBackwardInputOperators } from '../kernels/linearBackwardInput/linearBackwardInput.ts';
import { matrixProduct } from '../kernels/matrixProduct/matrixProduct.ts';
import { segmentProduct } from '../kernels/segmentProduct/segmentProduct.ts';
import { arraysOf, createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { fastAttention } from './fastAttention.ts';
import {
  fastLinear,
  fastLinearBackwardInput,
  fastMatrixProduct,
  fastSegmentProduct,
  type KeptWeights,
} from './fastOperators.ts';
import { createMatrixKernel } from './matrixKernel.ts';

/** Undefined where WebAssembly has no SIMD. */
export function createWasmBackend(): Backend | undefined {
  const kernel = createMatrixKernel();
  if (kernel === undefined) return undefined;
  const weights: KeptWeights = { forward: new WeakMap(), backward: new WeakMap() };
  const fast = new Map<Operator, Operator['reference']>([
    [attentionOperator, fastAttention()],
    [matrixProduct, fastMatrixProduct(kernel)],
    [segmentProduct, fastSegmentProduct(kernel)],
  ]);
  for (const format of ['f32', 'q8_0', 'q4_0', 'q4_1'] satisfies WeightFormat[]) {
    fast.set(linearOperators[format], fastLinear(kernel, format, weights));
    fast.set(linearBackwardInputOperators[format], fastLinearBackwardInput(kernel, format, weights));
  }
  const backend = createReferenceBackend();
  return {
    ...backend,
    description: 'Processor (WebAssembly SIMD)',
    upload(tensor, data, elementOffset) {
      // What was unpacked from the old contents is stale.
      for (const old of arraysOf(tensor)) {
        for (const kept of [weights.forward, weights.backward]) {
          const matrix = kept.get(old);
          if (matrix !== undefined) kernel.release(matrix);
          kept.delete(old);
        }
      }
      backend.upload(tensor, data, elementOffset);
    },
    record(label, calls) {
      const replaced = calls.map((call): OperatorCall => {
        const reference = fast.get(call.operator);
        return reference === undefined ? call : { ...call, operator: { ...call.operator, reference } };
      });
      return backend.record(label, replaced);
    },
  };
}
