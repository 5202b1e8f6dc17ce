// Dispatch sizes: a dimension of a dispatch holds at most 65,535 workgroups, so long lists are laid out in two.

const MAX_WORKGROUPS = 65_535;

/**
 * Workgroups for `count` invocations, `size` to a workgroup. The shader's flat index is
 * `(workgroup_id.y * num_workgroups.x + workgroup_id.x) * size + local_invocation_index`; it may pass `count`.
 */
export function dispatchSize(count: number, size = 64): readonly [number, number, number] {
  const groups = Math.ceil(count / size);
  return groups <= MAX_WORKGROUPS ? [groups, 1, 1] : [MAX_WORKGROUPS, Math.ceil(groups / MAX_WORKGROUPS), 1];
}
