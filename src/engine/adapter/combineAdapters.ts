// Combines several active adapters into one: y = W x + s1 B1 A1 x + s2 B2 A2 x is a single product of stacked factors.
import type { AdapterModule } from '../model/deviceAdapter.ts';

/** The exact sum of the adapters' deltas: A stacked with the scales folded in, B side by side, scale 1. */
export function combineAdapters(adapters: readonly (readonly AdapterModule[])[]): AdapterModule[] {
  const byPlace = new Map<string, AdapterModule[]>();
  for (const module of adapters.flat()) {
    const place = `${module.layer} ${module.module}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), module]);
  }
  return [...byPlace.values()].map((parts) => {
    const [first] = parts as [AdapterModule];
    if (parts.length === 1) return first;
    const rank = parts.reduce((sum, part) => sum + part.rank, 0);
    const inputs = first.a.length / first.rank;
    const outputs = first.b.length / first.rank;
    const a = new Float32Array(rank * inputs);
    const b = new Float32Array(outputs * rank);
    let row = 0;
    for (const part of parts) {
      a.set(
        part.a.map((value) => value * part.scale),
        row * inputs,
      );
      for (let output = 0; output < outputs; output += 1)
        b.set(part.b.subarray(output * part.rank, (output + 1) * part.rank), output * rank + row);
      row += part.rank;
    }
    return { layer: first.layer, module: first.module, rank, scale: 1, a, b };
  });
}
