// Dispatch sizes: one dimension allows at most 65,535 workgroups, so larger counts spread over x and y.

const MAX_WORKGROUPS = 65_535;

/**
 * Workgroups for `count` invocations at `size` per workgroup. The shader's flat index is
 * `(workgroup_id.y * num_workgroups.x + workgroup_id.x) * size + local_invocation_index`; it may exceed `count`.
 */
export function dispatchSize(count: number, size = 64): readonly [number, number, number] {
  const groups = Math.ceil(count / size);
  return groups <= MAX_WORKGROUPS ? [groups, 1, 1] : [MAX_WORKGROUPS, Math.ceil(groups / MAX_WORKGROUPS), 1];
}
