/** A value of any kind as an error shows it, shortened. */
export function shown(value: unknown): string {
  try {
    return String(JSON.stringify(value)).slice(0, 200);
  } catch {
    // BigInts and cycles, which structured clone lets through.
    return String(value).slice(0, 200);
  }
}
