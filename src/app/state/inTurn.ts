/** Runs `work` when no tab of this browser runs another of this name: two must not send the same thing twice. */
export function inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request(`tributary-${name}`, work) as Promise<Result>;
}
