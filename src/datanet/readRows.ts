import { checkRows } from './checkRows.ts';
import { parseRows } from './parseRows.ts';
import type { ReadRequest, ReadRows, WorkOptions } from './types.ts';

/** Parses a file and checks its rows. Throws as `parseRows` and `checkRows`. */
export async function readRows(
  { existing, existingLookAlikes, ...request }: ReadRequest,
  options: WorkOptions = {},
): Promise<ReadRows> {
  const parsed = await parseRows(request, options);
  const known = {
    ...(existing === undefined ? {} : { existing }),
    ...(existingLookAlikes === undefined ? {} : { existingLookAlikes }),
  };
  return { parsed, checked: await checkRows({ rows: parsed.rows, ...known }, options) };
}
