// What each method of the models worker takes. Addresses, names and hashes are judged where they are used.
import * as v from 'valibot';
import { blobSchema, type RequestSchemas, wholeNumber } from '../lib/checkedService.ts';
import type { ModelsService } from './service.ts';

const text = v.string();
const token = v.optional(text);

const location = v.variant('kind', [
  v.looseObject({ kind: v.literal('http'), url: text, hub: v.optional(text), lastModified: v.optional(text) }),
  v.looseObject({ kind: v.literal('ipfs'), cid: text, gateway: v.optional(text) }),
  v.looseObject({ kind: v.literal('blob'), blob: blobSchema }),
]);

export const requestSchemas: RequestSchemas<ModelsService> = {
  search: v.looseObject({ hub: text, token, query: text, page: v.optional(text) }),
  open: v.looseObject({ hub: text, token, address: text }),
  inspect: v.looseObject({
    files: v.pipe(v.array(v.looseObject({ name: text, bytes: wholeNumber(0), location })), v.minLength(1)),
    token,
  }),
  measure: v.looseObject({ urls: v.array(text) }),
  install: v.looseObject({
    id: text,
    token,
    dropped: v.optional(v.array(v.looseObject({ name: text, blob: blobSchema }))),
  }),
  // A stand-in in tests is no MessagePort, and nothing is read of it before it answers.
  connectBlocks: v.looseObject({
    port: v.custom<MessagePort>(
      (value) => typeof (value as MessagePort | null)?.postMessage === 'function',
      'Expected MessagePort',
    ),
  }),
};
