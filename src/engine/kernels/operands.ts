// Reads an operator's named constants and buffers. A missing one is an error in a plan, reported by name.
import { TributaryError } from '../../lib/errors.ts';
import type { Buffers, Constants } from '../backend.ts';

function missing(kind: string, name: string): TributaryError {
  return new TributaryError({
    code: 'ENGINE_PLAN_INVALID',
    message: `An operator was called without its ${kind} "${name}".`,
    facts: { name },
    hint: 'This is a mistake in the program: report it with these details.',
  });
}

export function constant(constants: Constants, name: string): number {
  const value = constants[name];
  if (value === undefined) throw missing('constant', name);
  return value;
}

export function floats(buffers: Buffers, name: string): Float32Array<ArrayBuffer> {
  const buffer = buffers[name];
  if (!(buffer instanceof Float32Array)) throw missing('f32 tensor', name);
  return buffer;
}

export function words(buffers: Buffers, name: string): Uint32Array<ArrayBuffer> {
  const buffer = buffers[name];
  if (!(buffer instanceof Uint32Array)) throw missing('u32 tensor', name);
  return buffer;
}

export function integers(buffers: Buffers, name: string): Int32Array<ArrayBuffer> {
  const buffer = buffers[name];
  if (!(buffer instanceof Int32Array)) throw missing('i32 tensor', name);
  return buffer;
}
