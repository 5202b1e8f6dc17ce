// The inputs on which linear variants are compared and timed: the model's own weights with random activations.
import type { OperatorCall, OperatorProbe, OperatorSample } from '../../backend.ts';
import { constant } from '../operands.ts';
import { testNoise } from '../testNoise.ts';

/** An odd number, larger than any kernel's tile of rows. */
const MAX_ROWS = 19;
/** Outputs of a check: enough for a tile and its edge, few enough for the reference. */
const FEW_OUTPUTS = 64;

/** x and y have exactly the active rows, so that a write beyond them counts as an error. */
function check(
  { constants }: OperatorCall,
  rows: number,
  outputs: number,
  gap: number,
  options: { readonly scale: number; readonly accumulate: number },
): OperatorSample {
  const inputs = constant(constants, 'inputs');
  const stride = outputs + gap;
  return {
    constants: { ...constants, outputs, stride, ...options },
    rows,
    tensors: { x: testNoise(rows * inputs, outputs), y: testNoise(rows * stride, rows) },
    share: outputs / constant(constants, 'outputs'),
  };
}

/** For operators with the bindings and constants of `linearOperators`. */
export const linearProbe: OperatorProbe = {
  shape({ constants }) {
    const [rows, inputs, outputs] = ['rows', 'inputs', 'outputs'].map((name) => constant(constants, name));
    return `${rows} x ${inputs} -> ${outputs}`;
  },
  checks(call) {
    const rows = Math.min(constant(call.constants, 'rows'), MAX_ROWS);
    const outputs = constant(call.constants, 'outputs');
    // The same remainder as the real shape, so that alignment stays the same.
    const few = outputs < 2 * FEW_OUTPUTS ? outputs : FEW_OUTPUTS + (outputs % FEW_OUTPUTS);
    return [
      check(call, rows, few, 0, { scale: 1, accumulate: 0 }),
      check(call, Math.max(1, rows - 2), Math.max(1, few - 3), 5, { scale: 0.5, accumulate: 1 }),
    ];
  },
  load({ constants }) {
    const rows = constant(constants, 'rows');
    return { constants, rows, tensors: { x: testNoise(rows * constant(constants, 'inputs')) } };
  },
};
