// Values of JSON-RPC answers, checked: a server is somebody else's program.
import type { Hex } from '../types/hex.ts';

/** A quantity as a number, or undefined when it is not one or not a safe integer. */
export function toQuantity(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,14}$/i.test(value)) return undefined;
  const number = Number.parseInt(value, 16);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** 32 bytes in lower case, or undefined. */
export function toHash(value: unknown): Hex | undefined {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value) ? (value.toLowerCase() as Hex) : undefined;
}
