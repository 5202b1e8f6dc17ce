// The backend without a GPU: every operator's plain TypeScript reference, run synchronously on this thread. Slow; the oracle of
// the tests.
import { TributaryError } from '../../lib/errors.ts';
import { nextTask } from '../../lib/nextTask.ts';
import type { Backend, Buffers, ElementArray, ElementType, OperatorCall, Plan, Tensor } from '../backend.ts';

/** Elements of one tensor. */
export interface ElementBlock {
  /** The elements; the same array until the memory's generation changes. */
  array(): ElementArray;
  free(): void;
}

/** Allocates tensors: as separate arrays, or in a memory that other code computes in. */
export interface ElementMemory {
  /** Changes when arrays returned earlier become invalid. */
  readonly generation: unknown;
  /** A zeroed block. Throws `ENGINE_OUT_OF_MEMORY`. */
  allocate(type: ElementType, length: number): ElementBlock;
}

interface ReferenceTensor extends Tensor {
  readonly block: ElementBlock;
}

interface ReferencePlan extends Plan {
  readonly calls: readonly OperatorCall[];
  /** The arrays of each call's tensors, and the generation that they belong to. */
  buffers: readonly Buffers[];
  generation: unknown;
}

const ownArrays: ElementMemory = {
  generation: undefined,
  allocate(type, length) {
    const array =
      type === 'f32' ? new Float32Array(length) : type === 'u32' ? new Uint32Array(length) : new Int32Array(length);
    return { array: () => array, free: () => undefined };
  },
};

/** The elements of a tensor of such a backend. */
const dataOf = (tensor: Tensor): ElementArray => (tensor as ReferenceTensor).block.array();

function buffersOf({ tensors }: OperatorCall): Buffers {
  const arrays: Record<string, ElementArray> = {};
  for (const [name, operand] of Object.entries(tensors)) {
    arrays[name] =
      'tensor' in operand
        ? (dataOf(operand.tensor).subarray(operand.offset, operand.offset + operand.length) as ElementArray)
        : dataOf(operand);
  }
  return arrays;
}

/** `memory`: by default, one array per tensor. */
export function createReferenceBackend(memory: ElementMemory = ownArrays): Backend {
  const counters = { buffers: 0, bindGroups: 0, pipelines: 0, submissions: 0, allocatedBytes: 0 };

  /** The arrays of one call. Looked up before each, because an operator may grow the memory. */
  function currentBuffers(plan: ReferencePlan, index: number): Buffers {
    if (plan.generation !== memory.generation) {
      plan.generation = memory.generation;
      plan.buffers = plan.calls.map(buffersOf);
    }
    return plan.buffers[index] as Buffers;
  }

  return {
    kind: 'reference',
    description: 'TypeScript reference',
    counters,
    // It never settles: there is no device to lose.
    lost: new Promise(() => undefined),

    createTensor(label, type, length) {
      const block = memory.allocate(type, length);
      counters.buffers += 1;
      counters.allocatedBytes += length * 4;
      return { label, type, length, block } as ReferenceTensor;
    },
    upload(tensor, data, elementOffset = 0) {
      dataOf(tensor).set(data as never, elementOffset);
    },
    async download(tensor, range = { offset: 0, length: tensor.length }) {
      const data = dataOf(tensor).slice(range.offset, range.offset + range.length) as ElementArray;
      // Computation ran on this thread, where an abort arrives as a message.
      await nextTask();
      return data;
    },
    destroyTensor(tensor) {
      counters.allocatedBytes -= tensor.length * 4;
      (tensor as ReferenceTensor).block.free();
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
      return { label, calls, buffers: calls.map(buffersOf), generation: memory.generation } as ReferencePlan;
    },
    submit(plan, variables) {
      counters.submissions += 1;
      for (const [index, { operator, constants }] of (plan as ReferencePlan).calls.entries()) {
        operator.reference(currentBuffers(plan as ReferencePlan, index), constants, variables);
      }
    },
    async profile(plan, variables) {
      return (plan as ReferencePlan).calls.map(({ operator, constants }, index) => {
        const buffers = currentBuffers(plan as ReferencePlan, index);
        const started = performance.now();
        operator.reference(buffers, constants, variables);
        const milliseconds = performance.now() - started;
        return { operator: operator.name, variant: 'cpu', constants, milliseconds };
      });
    },
    destroyPlan() {},
    destroy() {},
  };
}
