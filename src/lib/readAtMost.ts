// The body of an HTTP answer, up to a limit: a server may send without end, whatever length it states.
import { concatBytes } from './bytes.ts';

/** All bytes of the body. Throws `tooLarge()`, and ends the request, as soon as there are more than `maxBytes`. */
export async function readAtMost(
  response: Response,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatBytes(parts);
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      const error = tooLarge();
      await reader.cancel(error).catch(() => undefined); // it ends either way
      throw error;
    }
    parts.push(value);
  }
}
