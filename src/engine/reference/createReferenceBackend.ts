// The port without a GPU: every operator's plain TypeScript reference, run at once on this thread. The oracle of the
// tests, and slow.
import { TributaryError } from '../../lib/errors.ts';
import type {
  Backend,
  Buffers,
  ElementArray,
  ElementType,
  OperatorCall,
  Plan,
  Tensor,
  TensorRange,
} from '../backend.ts';

interface ReferenceTensor extends Tensor {
  readonly data: ElementArray;
  /** Views that calls use, by their place: the same range is always the same array. */
  readonly ranges: Map<string, ElementArray>;
}

interface ReferencePlan extends Plan {
  readonly calls: readonly (OperatorCall & { readonly buffers: Buffers })[];
}

function elements(type: ElementType, length: number): ElementArray {
  if (type === 'f32') return new Float32Array(length);
  return type === 'u32' ? new Uint32Array(length) : new Int32Array(length);
}

const dataOf = (tensor: Tensor): ElementArray => (tensor as ReferenceTensor).data;

/** The arrays that operators see of a tensor of this backend: they stay the same as long as the tensor lives. */
export function arraysOf(tensor: Tensor): ElementArray[] {
  return [dataOf(tensor), ...(tensor as ReferenceTensor).ranges.values()];
}

function operandArray(operand: Tensor | TensorRange): ElementArray {
  if (!('tensor' in operand)) return dataOf(operand);
  const { data, ranges } = operand.tensor as ReferenceTensor;
  const place = `${operand.offset}+${operand.length}`;
  const known = ranges.get(place);
  if (known !== undefined) return known;
  const part = data.subarray(operand.offset, operand.offset + operand.length) as ElementArray;
  ranges.set(place, part);
  return part;
}

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
      return { label, type, length, data: elements(type, length), ranges: new Map() } as ReferenceTensor;
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
      const resolved = calls.map((call) => {
        const { operator, tensors } = call;
        for (const { name } of operator.bindings) {
          if (tensors[name] !== undefined) continue;
          throw new TributaryError({
            code: 'ENGINE_PLAN_INVALID',
            message: `The operator "${operator.name}" was recorded without its tensor "${name}".`,
            facts: { plan: label, operator: operator.name, tensor: name },
            hint: 'This is a mistake in the program: report it with these details.',
          });
        }
        const operands = Object.entries(tensors);
        return { ...call, buffers: Object.fromEntries(operands.map(([name, each]) => [name, operandArray(each)])) };
      });
      return { label, calls: resolved } as ReferencePlan;
    },
    submit(plan, variables) {
      counters.submissions += 1;
      for (const { operator, buffers, constants } of (plan as ReferencePlan).calls) {
        operator.reference(buffers, constants, variables);
      }
    },
    async profile(plan, variables) {
      return (plan as ReferencePlan).calls.map(({ operator, buffers, constants }) => {
        const started = performance.now();
        operator.reference(buffers, constants, variables);
        const milliseconds = performance.now() - started;
        return { operator: operator.name, variant: 'processor', constants, milliseconds };
      });
    },
    destroyPlan() {},
    destroy() {},
  };
}
