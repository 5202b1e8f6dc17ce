// The port without a GPU: every operator's plain TypeScript reference, run at once on this thread. The oracle of the
// tests, and slow.
import { TributaryError } from '../../lib/errors.ts';
import type { Backend, Buffers, ElementArray, ElementType, OperatorCall, Plan, Tensor } from '../backend.ts';

interface ReferenceTensor extends Tensor {
  readonly data: ElementArray;
}

interface ReferencePlan extends Plan {
  readonly calls: readonly OperatorCall[];
}

function elements(type: ElementType, length: number): ElementArray {
  if (type === 'f32') return new Float32Array(length);
  return type === 'u32' ? new Uint32Array(length) : new Int32Array(length);
}

/** The array behind a tensor of this backend: it stays the same as long as the tensor lives. */
export const dataOf = (tensor: Tensor): ElementArray => (tensor as ReferenceTensor).data;

export function createReferenceBackend(): Backend {
  const counters = { buffers: 0, bindGroups: 0, pipelines: 0, submissions: 0, allocatedBytes: 0 };

  return {
    kind: 'reference',
    description: 'TypeScript reference',
    counters,
    // It never settles: there is no device to lose.
    lost: new Promise(() => undefined),

    createTensor(label, type, length) {
      counters.buffers += 1;
      counters.allocatedBytes += length * 4;
      return { label, type, length, data: elements(type, length) } as ReferenceTensor;
    },
    upload(tensor, data, elementOffset = 0) {
      dataOf(tensor).set(data as never, elementOffset);
    },
    async download(tensor, range = { offset: 0, length: tensor.length }) {
      return dataOf(tensor).slice(range.offset, range.offset + range.length) as ElementArray;
    },
    destroyTensor(tensor) {
      counters.allocatedBytes -= tensor.length * 4;
    },
    async record(label, calls) {
      for (const { operator, tensors } of calls) {
        for (const { name } of operator.bindings) {
          if (tensors[name] !== undefined) continue;
          throw new TributaryError({
            code: 'ENGINE_PLAN_INVALID',
            message: `The operator "${operator.name}" was recorded without its tensor "${name}".`,
            facts: { plan: label, operator: operator.name, tensor: name },
            hint: 'This is a mistake in the program: report it with these details.',
          });
        }
      }
      return { label, calls } as ReferencePlan;
    },
    submit(plan, variables) {
      counters.submissions += 1;
      for (const { operator, tensors, constants } of (plan as ReferencePlan).calls) {
        const buffers: Record<string, ElementArray> = {};
        for (const [name, tensor] of Object.entries(tensors)) buffers[name] = dataOf(tensor);
        operator.reference(buffers as Buffers, constants, variables);
      }
    },
    destroyPlan() {},
    destroy() {},
  };
}
