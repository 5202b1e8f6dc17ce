import { TributaryError } from '../../../src/lib/errors.ts';
import type { Decoder } from './decoder.ts';
import { type Examples, hostileString } from './hostileString.ts';

/** Whether an error says what happened: the code of one that was only wrapped does not. */
const isTyped = (error: unknown): boolean => error instanceof TributaryError && error.code !== 'UNEXPECTED';

export async function openExamples({ examples, structure }: Decoder): Promise<Examples> {
  const list = await examples();
  return { list, structure, values: structure === undefined ? [] : list.map((bytes) => structure.parse(bytes)) };
}

/** A number for a name: FNV-1a. */
const numberOf = (name: string): number =>
  [...name].reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193), 0x811c9dc5);

/** The string of run `run`: the same for the same decoder, seed and number. */
export function stringOf({ name }: Decoder, examples: Examples, seed: number, run: number) {
  return hostileString(examples, [seed, numberOf(name), run]);
}

/** What is wrong with how the decoder ends for these bytes; undefined when it gives a value or a typed error. */
export async function faultOf({ decode }: Decoder, bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  try {
    await decode(bytes);
    return undefined;
  } catch (error) {
    if (isTyped(error)) return undefined;
    return error instanceof Error ? (error.stack ?? String(error)) : `it threw ${String(error)}`;
  }
}
