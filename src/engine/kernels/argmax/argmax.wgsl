// index[0] = smallest i with the largest logits[i]. logits f32 [columns]. One workgroup of 64: each lane scans its share,
// then lane 0 reduces the lanes' results. Dispatch: one workgroup.
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> index: array<u32>;
override columns: u32;
var<workgroup> best: array<f32, 64>;
var<workgroup> place: array<u32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
  var highest = -3.4e38;
  var at = 0u;
  for (var i = lane; i < columns; i += 64u) {
    if (logits[i] > highest) {
      highest = logits[i];
      at = i;
    }
  }
  best[lane] = highest;
  place[lane] = at;
  workgroupBarrier();
  if (lane != 0u) { return; }
  for (var i = 1u; i < 64u; i++) {
    if (best[i] > highest || (best[i] == highest && place[i] < at)) {
      highest = best[i];
      at = place[i];
    }
  }
  index[0] = at;
}
