/** The row of each content class with the largest weight (the first of equals), by class: what the class is paid for. */
export function classBest(weights: ArrayLike<number>, classes: ArrayLike<number>): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  for (let row = 0; row < classes.length; row += 1) {
    const label = classes[row] as number;
    const known = best.get(label);
    if (known === undefined || (weights[row] as number) > (weights[known] as number)) best.set(label, row);
  }
  return best;
}
