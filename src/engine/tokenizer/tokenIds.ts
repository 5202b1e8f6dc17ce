// Reads token ids from a field of a model's files, whichever container and number type it is stored in.
import { modelInvalid } from '../modelErrors.ts';

/** What writers store for "no such token": -1, also as u32. */
const NO_TOKEN = new Set([-1, 0xffff_ffff]);

/** More ids than any model lists; each is shown to nobody, so a longer list is a damaged field. */
const MAX_IDS = 1024;

/**
 * The ids under `field`: of a number, a bigint, or a list of them; none if the field is absent, null or -1. Throws `MODEL_INVALID` with
 * the field if one is no whole number or not below `vocabularySize`: the model can neither read nor generate such a token.
 */
export function tokenIds(field: string, value: unknown, vocabularySize: number): number[] {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] =
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
      ? [...(value as Iterable<unknown>)]
      : [value];
  if (list.length > MAX_IDS) throw modelInvalid(field, `${field} lists ${list.length} tokens.`);
  const ids = list.map((each) => {
    const id = typeof each === 'bigint' ? Number(each) : each;
    if (typeof id !== 'number' || !Number.isInteger(id)) {
      const shown = String(JSON.stringify(each) ?? each).slice(0, 80);
      throw modelInvalid(field, `${field} is ${shown}, not the id of a token.`);
    }
    if (NO_TOKEN.has(id)) return undefined;
    if (id < 0 || id >= vocabularySize)
      throw modelInvalid(field, `${field} is ${id}, and its vocabulary has ${vocabularySize} tokens.`);
    return id;
  });
  return ids.filter((id) => id !== undefined);
}
