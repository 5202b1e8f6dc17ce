// Rows on their way in: what the contribute room calls, in its order.
import { parseRows } from '../../../src/datanet/index.ts';
import type { Json } from '../../../src/lib/canonicalJson.ts';
import type { Call } from './call.ts';

export const calls: Readonly<Record<string, Call>> = {
  /** `{ file, as? }`: reads a file of the folder, under the name `as`. Gives rows, lines, problems, columns, mapping. */
  read: async (input, { file }) => {
    const { file: name, as = name } = input as { file: string; as?: string };
    const { rows, lines, problems, problemCount, columns, mapping } = await parseRows({
      fileName: as,
      blob: await file(name),
    });
    return { rows, lines, problems, problemCount, columns, mapping } as unknown as Json;
  },
};
