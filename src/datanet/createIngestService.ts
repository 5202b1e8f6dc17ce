// The ingest worker's service: files to rows, and checks of rows, each request checked first.
import * as v from 'valibot';
import { blobSchema, checkedService, type RequestSchemas, wholeNumber } from '../lib/checkedService.ts';
import { checkRows } from './checkRows.ts';
import { parseRows } from './parseRows.ts';
import { readRows } from './readRows.ts';
import type { IngestService } from './types.ts';

const parseEntries = {
  text: v.optional(v.string()),
  blob: v.optional(blobSchema),
  fileName: v.string(),
  mapping: v.optional(v.strictObject({ prompt: v.string(), response: v.string() })),
  encoding: v.optional(v.string()),
  corrections: v.optional(v.array(v.strictTuple([wholeNumber(1), v.string()]))),
};
const knownEntries = {
  existing: v.optional(v.set(v.string())),
  existingLookAlikes: v.optional(v.set(v.string())),
};
/** One of the two that a file can come as. */
const hasFile = <Request extends { readonly text?: string | undefined; readonly blob?: Blob | undefined }>() =>
  v.check<Request, string>(
    ({ text, blob }) => (text === undefined) !== (blob === undefined),
    'Expected either "text" or "blob"',
  );

const requestSchemas: RequestSchemas<IngestService> = {
  parse: v.pipe(v.strictObject(parseEntries), hasFile()),
  read: v.pipe(v.strictObject({ ...parseEntries, ...knownEntries }), hasFile()),
  // Further fields of a row travel along.
  check: v.strictObject({
    rows: v.array(v.looseObject({ prompt: v.string(), response: v.string() })),
    ...knownEntries,
  }),
};

export function createIngestService(): IngestService {
  const service: IngestService = {
    parse: (request, { signal, progress }) => parseRows(request, { signal, onProgress: progress }),
    read: (request, { signal, progress }) => readRows(request, { signal, onProgress: progress }),
    check: (request, { signal, progress }) => checkRows(request, { signal, onProgress: progress }),
  };
  return checkedService(service, requestSchemas);
}
