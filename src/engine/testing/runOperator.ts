// For tests only: one operator call on one backend, from plain arrays to a plain array.
import type { Backend, Constants, ElementArray, Operator } from '../backend.ts';

function typeOf(data: ElementArray): 'f32' | 'u32' | 'i32' {
  if (data instanceof Float32Array) return 'f32';
  return data instanceof Uint32Array ? 'u32' : 'i32';
}

/** Contents of the tensor `result` after the call on the given backend. */
export async function runOperator(
  backend: Backend,
  operator: Operator,
  data: Readonly<Record<string, ElementArray>>,
  constants: Constants,
  rows: number,
  result: string,
): Promise<ElementArray> {
  const tensors = Object.fromEntries(
    Object.entries(data).map(([name, values]) => {
      const tensor = backend.createTensor(name, typeOf(values), values.length);
      backend.upload(tensor, values);
      return [name, tensor];
    }),
  );
  const plan = await backend.record(operator.name, [{ operator, tensors, constants }]);
  backend.submit(plan, { rows });
  const tensor = tensors[result];
  if (tensor === undefined) throw new Error(`no tensor ${result}`);
  const values = await backend.download(tensor);
  for (const each of Object.values(tensors)) backend.destroyTensor(each);
  return values;
}
