// The initial adapter, as in PEFT: A Kaiming-uniform with a = sqrt(5), B zero, so that training starts from the base model.
import type { AdapterLayout } from './adapterLayout.ts';
import { randomStream } from './randomStream.ts';

/** The flat vector of `layout`: A uniform in +-1 / sqrt(inputs), generated in the layout's order; B zero. */
export function initialAdapter(layout: AdapterLayout, seed: number): Float32Array<ArrayBuffer> {
  const random = randomStream(seed, 0);
  const parameters = new Float32Array(layout.length);
  for (const { inputs, offsetA, offsetB } of layout.modules) {
    const bound = 1 / Math.sqrt(inputs);
    for (let at = offsetA; at < offsetB; at += 1) parameters[at] = (2 * random() - 1) * bound;
  }
  return parameters;
}
