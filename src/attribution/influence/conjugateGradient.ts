// Forty steps of conjugate gradients (M. Hestenes, E. Stiefel, 1952) in a stated order of operations, so that any IEEE 754
// implementation gets the same bits: ascending sums from +0, one rounding per multiplication and addition.

export interface Solution {
  /** x with (K + damping I) x = right. */
  readonly solution: Float64Array<ArrayBuffer>;
  /** Squared residual norm before each step and after the last. */
  readonly residuals: Float64Array<ArrayBuffer>;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i += 1) sum += (left[i] as number) * (right[i] as number);
  return sum;
}

/**
 * y_i = (sum_j K_ij p_j) + damping * p_i. The four sums run side by side, each of them in ascending order: one sum alone
 * would wait for its own last addition.
 */
function applyDamped(y: Float64Array, kernel: Float64Array, p: Float64Array, damping: number): void {
  const count = p.length;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const first = i * count;
    const second = first + count;
    const third = second + count;
    const fourth = third + count;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let j = 0; j < count; j += 1) {
      const value = p[j] as number;
      a += (kernel[first + j] as number) * value;
      b += (kernel[second + j] as number) * value;
      c += (kernel[third + j] as number) * value;
      d += (kernel[fourth + j] as number) * value;
    }
    y[i] = a + damping * (p[i] as number);
    y[i + 1] = b + damping * (p[i + 1] as number);
    y[i + 2] = c + damping * (p[i + 2] as number);
    y[i + 3] = d + damping * (p[i + 3] as number);
  }
  for (; i < count; i += 1) {
    let sum = 0;
    for (let j = 0; j < count; j += 1) sum += (kernel[i * count + j] as number) * (p[j] as number);
    y[i] = sum + damping * (p[i] as number);
  }
}

/**
 * Solves (K + damping I) x = right without preconditioner, 40 steps or until the residual is zero.
 * @param kernel f64 [N, N], symmetric, positive semi-definite. @param right f64 [N].
 */
export function conjugateGradient(kernel: Float64Array, damping: number, right: Float64Array, steps = 40): Solution {
  const count = right.length;
  const x = new Float64Array(count);
  const r = Float64Array.from(right);
  const p = Float64Array.from(right);
  const y = new Float64Array(count);
  const residuals = new Float64Array(steps + 1);
  let s = dot(r, r);
  residuals[0] = s;
  for (let step = 0; step < steps && s !== 0; step += 1) {
    applyDamped(y, kernel, p, damping);
    const a = s / dot(p, y);
    for (let i = 0; i < count; i += 1) {
      x[i] = (x[i] as number) + a * (p[i] as number);
      r[i] = (r[i] as number) - a * (y[i] as number);
    }
    const t = dot(r, r);
    const b = t / s;
    for (let i = 0; i < count; i += 1) p[i] = (r[i] as number) + b * (p[i] as number);
    s = t;
    residuals[step + 1] = s;
  }
  return { solution: x, residuals };
}
