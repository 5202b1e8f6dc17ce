// The CPU backend: the reference backend with its matrix products in WebAssembly SIMD. For machines without a GPU, where a
// software WebGPU device is ten times slower.
import type { Backend, Operator, OperatorCall, WeightFormat } from '../backend.ts';
import { attentionOperator } from '../kernels/attention/attention.ts';
import { linearOperators } from '../kernels/linear/linear.ts';
import { linearGradInputOperators } from '../kernels/linearGradInput/linearGradInput.ts';
import { matmul } from '../kernels/matmul/matmul.ts';
import { pagedAttentionOperator } from '../kernels/pagedAttention/pagedAttention.ts';
import { segmentedMatmul } from '../kernels/segmentedMatmul/segmentedMatmul.ts';
import { swiGluOperator } from '../kernels/swiGlu/swiGlu.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { attentionWasm } from './attentionWasm.ts';
import { kernelMemory } from './kernelMemory.ts';
import { createMatrixKernel } from './matrixKernel.ts';
import { linearGradInputWasm, linearWasm, matmulWasm, segmentedMatmulWasm, swiGluWasm } from './operators.ts';
import { pagedAttentionWasm } from './pagedAttentionWasm.ts';

/** Returns undefined if WebAssembly has no SIMD. */
export function createWasmBackend(): Backend | undefined {
  const kernel = createMatrixKernel();
  if (kernel === undefined) return undefined;
  const fast = new Map<Operator, Operator['reference']>([
    [attentionOperator, attentionWasm()],
    [pagedAttentionOperator, pagedAttentionWasm(kernel)],
    [matmul, matmulWasm(kernel)],
    [segmentedMatmul, segmentedMatmulWasm(kernel)],
    [swiGluOperator, swiGluWasm(kernel)],
  ]);
  for (const format of Object.keys(linearOperators) as WeightFormat[]) {
    fast.set(linearOperators[format], linearWasm(kernel, format));
    fast.set(linearGradInputOperators[format], linearGradInputWasm(kernel, format));
  }
  const backend = createReferenceBackend(kernelMemory(kernel));
  return {
    ...backend,
    description: 'CPU (WebAssembly SIMD)',
    record(label, calls) {
      const replaced = calls.map((call): OperatorCall => {
        const reference = fast.get(call.operator);
        return reference === undefined ? call : { ...call, operator: { ...call.operator, reference } };
      });
      return backend.record(label, replaced);
    },
  };
}
