// dag-cbor as it is read from others: one encoding per value. The codec's decoder takes some that its encoder never writes (maps
// in another order, short floats), and each would be another hash of the same statement.
import { decode, encode } from '@ipld/dag-cbor';
import { TributaryError } from './errors.ts';

function refuse(reason: string, cause?: unknown): never {
  throw new TributaryError({
    code: 'CBOR_INVALID',
    message: 'These bytes are not dag-cbor in its one canonical form.',
    facts: { reason },
    hint: 'They are refused; ask their author to publish them again with a current Tributary.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** No document of this project comes near. What walks a value, as a schema does, must not run out of stack. */
const MAX_DEPTH = 64;

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return depth < MAX_DEPTH && Object.values(value).every((part) => isShallow(part, depth + 1));
}

/** The value of `bytes`, nested at most 64 deep. Throws `CBOR_INVALID`, also where the same value has a different canonical encoding. */
export function decodeCanonicalCbor(bytes: Uint8Array): unknown {
  let value: unknown;
  let again: Uint8Array;
  try {
    value = decode(bytes);
    again = encode(value);
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message.slice(0, 200) : 'it cannot be decoded', cause);
  }
  if (!isShallow(value)) return refuse(`it is nested more than ${MAX_DEPTH} deep`);
  const same = again.byteLength === bytes.byteLength && again.every((byte, index) => byte === bytes[index]);
  return same ? value : refuse('the same value has another encoding');
}
