/** A value of any kind as it stands in an error, shortened. */
export function shown(value: unknown): string {
  try {
    return String(JSON.stringify(value)).slice(0, 200);
  } catch {
    // Big integers and circles, which cross to a worker all the same.
    return String(value).slice(0, 200);
  }
}
