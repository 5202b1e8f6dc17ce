// The description of a Datanet: canonical JSON in one raw block, whose CID is the id of the Datanet. Anyone who has the id can
// fetch and check the description; on a chain it is found by the digest in that CID.
import * as v from 'valibot';
import { canonicalJson } from '../../lib/canonicalJson.ts';

const descriptionSchema = v.object({
  v: v.literal(1),
  type: v.literal('datanet'),
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100)),
  summary: v.pipe(v.string(), v.trim(), v.maxLength(400)),
  licence: v.pipe(v.string(), v.maxLength(100)),
});

export type DatanetDescription = v.InferOutput<typeof descriptionSchema>;
/** The part that a person writes. */
export type DatanetTexts = Omit<DatanetDescription, 'v' | 'type'>;

export const MAX_DESCRIPTION_BYTES = 4096;

/** Whether an id names a Datanet by the CID of its description: version 1, raw, SHA-256. Others are named by a chain or a configuration. */
export function isDescriptionCid(datanetId: string): boolean {
  return /^bafkrei[a-z2-7]{52}$/.test(datanetId);
}

/** The bytes whose CID names the Datanet. */
export function encodeDescription(texts: DatanetTexts): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson({ v: 1, type: 'datanet', ...texts }));
}

/** Undefined for bytes that are not a description: a peer may name anything. */
export function decodeDescription(bytes: Uint8Array): DatanetDescription | undefined {
  if (bytes.byteLength > MAX_DESCRIPTION_BYTES) return undefined;
  try {
    const parsed = v.safeParse(descriptionSchema, JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
