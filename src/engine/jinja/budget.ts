// Templates come with models of strangers. What one rendering may compute is counted in steps: one per node that is evaluated, and
// one per 16 characters or per item that is made. Rendering is synchronous, so there is one budget at a time.
import { templateTooMuch } from './templateErrors.ts';

const MAX_STEPS = 2_000_000;
const MAX_DEPTH = 200;

let steps = 0;
let depth = 0;

/** Runs `work` with a fresh budget. */
export function withBudget<Result>(work: () => Result): Result {
  const outer = { steps, depth };
  steps = MAX_STEPS;
  depth = 0;
  try {
    return work();
  } finally {
    ({ steps, depth } = outer);
  }
}

/** Throws `CHAT_TEMPLATE_TOO_MUCH` when the budget is used up. */
export function spend(cost = 1): void {
  steps -= cost;
  if (!(steps >= 0)) throw templateTooMuch(`${MAX_STEPS} steps`);
}

/** Spends for a text of `length` characters, before it is made. */
export function spendText(length: number): void {
  spend(1 + length / 16);
}

/** Runs a macro's body, or a level of a recursion over values. */
export function nested<Result>(work: () => Result): Result {
  if (depth >= MAX_DEPTH) throw templateTooMuch(`a nesting of ${MAX_DEPTH}`);
  depth += 1;
  try {
    return work();
  } finally {
    depth -= 1;
  }
}
