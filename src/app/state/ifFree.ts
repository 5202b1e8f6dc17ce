/** Runs `work` unless this or another tab of this browser runs another of this name: then `elsewhere`, at once. */
export function ifFree<Result, Otherwise>(
  name: string,
  work: () => Promise<Result>,
  elsewhere: () => Otherwise,
): Promise<Result | Awaited<Otherwise>> {
  return navigator.locks.request(`tributary-${name}`, { ifAvailable: true }, (lock) =>
    lock === null ? elsewhere() : work(),
  ) as Promise<Result | Awaited<Otherwise>>;
}
