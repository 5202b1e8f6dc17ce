// Where models are found: what people paste.

import type { Json } from '../../../src/lib/canonicalJson.ts';
import { HUGGING_FACE_HUB } from '../../../src/models/hub/hubAddress.ts';
import { parseAddress } from '../../../src/models/sources/parseAddress.ts';
import type { Call } from './call.ts';

export const calls: Readonly<Record<string, Call>> = {
  /** A text: the model that it names. */
  address: async (input) => parseAddress(String(input), HUGGING_FACE_HUB) as unknown as Json,
};
