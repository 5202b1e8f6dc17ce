const PIECE_BYTES = 4 * 1024 * 1024;

/** The bytes of a Blob from `from` on, in pieces of 4 MiB. */
export async function* readBlob(
  blob: Blob,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let position = from; position < blob.size; position += PIECE_BYTES) {
    signal?.throwIfAborted();
    yield new Uint8Array(await blob.slice(position, position + PIECE_BYTES).arrayBuffer());
  }
}
