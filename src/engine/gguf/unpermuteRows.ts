// llama.cpp rotates pairs (2i, 2i + 1) where Hugging Face rotates (i, i + d/2), so its converter permutes the rows of Q and K
// in every head. This undoes it by moving whole rows: quantised blocks are inside a row, so nothing is requantised.

/** Moves row 2i + p of each head of `headDimension` rows to row p * headDimension / 2 + i. Returns a new array of the same size. */
export function unpermuteRows(bytes: Uint8Array, rowBytes: number, headDimension: number): Uint8Array<ArrayBuffer> {
  const rows = bytes.byteLength / rowBytes;
  const half = headDimension / 2;
  const moved = new Uint8Array(bytes.byteLength);
  for (let row = 0; row < rows; row += 1) {
    const inHead = row % headDimension;
    const target = row - inHead + (inHead % 2) * half + (inHead >> 1);
    moved.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), target * rowBytes);
  }
  return moved;
}
