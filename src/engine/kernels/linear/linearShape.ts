import type { Constants } from '../../backend.ts';
import { constant } from '../operands.ts';

/** The uniform words of a linear kernel's `Shape`. */
export function linearShape(constants: Constants): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(8);
  words[0] = constant(constants, 'inputs');
  words[1] = constant(constants, 'outputs');
  words[2] = constant(constants, 'stride');
  words[3] = constant(constants, 'accumulate');
  new Float32Array(words.buffer)[4] = constant(constants, 'scale');
  return words;
}
