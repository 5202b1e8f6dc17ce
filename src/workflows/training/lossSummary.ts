// The loss curve as the facts of one sentence, for people who do not see the chart. Losses are nats per token.
import type { LossPoint } from './trainingRun.ts';

export interface LossSummary {
  readonly step: number;
  /** Mean of the last steps (at most ten). */
  readonly current: number;
  readonly first: number;
  readonly trend: 'falling' | 'level' | 'rising';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Undefined while there is no step. The trend compares the last window with the one before it; 2 % is level. */
export function lossSummary(points: readonly LossPoint[]): LossSummary | undefined {
  const losses = points.map(([, loss]) => loss);
  const [first] = losses;
  if (first === undefined) return undefined;
  const [step] = points.at(-1) as LossPoint;
  const span = Math.max(1, Math.min(10, Math.floor(losses.length / 2)));
  const current = mean(losses.slice(-span));
  const before = losses.length < 2 ? current : mean(losses.slice(-2 * span, -span));
  const change = before === 0 ? 0 : (current - before) / before;
  return { step, current, first, trend: change < -0.02 ? 'falling' : change > 0.02 ? 'rising' : 'level' };
}

/** Exponential moving average without the bias of its start, the same length as `losses`. */
export function smoothed(losses: readonly number[], weight = 0.9): readonly number[] {
  let average = 0;
  return losses.map((loss, index) => {
    average = weight * average + (1 - weight) * loss;
    return average / (1 - weight ** (index + 1));
  });
}
