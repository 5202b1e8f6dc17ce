// The learning rate of each step, as in transformers' schedules: step 1 is k = 0, so with warm-up it has rate 0.

export interface Schedule {
  readonly kind: 'constant' | 'linear' | 'cosine';
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** Rate of `step` = 1, 2, ... `totalSteps`. */
export function learningRate({ kind, learningRate: peak, warmupSteps, totalSteps }: Schedule, step: number): number {
  const k = step - 1;
  if (k < warmupSteps) return (peak * k) / warmupSteps;
  if (kind === 'constant') return peak;
  const progress = (k - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  if (kind === 'linear') return peak * Math.max(0, 1 - progress);
  return (peak * (1 + Math.cos(Math.PI * progress))) / 2;
}
