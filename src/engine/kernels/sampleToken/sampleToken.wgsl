// Samples one id per row from the adjusted logits: top-k (with all that tie with the k-th), top-p, min-p, softmax over the kept ids,
// then the smallest id whose cumulative probability, ids ascending, exceeds u. Temperature 0: the smallest id of the largest logit.
//
// u = fmix32(seed + (n + 1) * 0x9e3779b9) >> 8, divided by 2^24, for sample n: a counter-based generator from MurmurHash3's finaliser,
// exact in f32, and equal to `seededRandom`. Thresholds are found bit by bit over the order-preserving integers of floats (as
// in radix selection; Merrill and Grimshaw 2011 for the mapping), without a sort. The chunks alone first yield a lower bound of all
// thresholds, and the ids above it are listed in order; the search then runs over that list, which is usually short.
// Sums are f32: for edges closer than about 1e-5 of the total, kept sets may differ from those in f64.
//
// settings u32 [rows, 16]: see sampleToken.ts; adjusted, chunks: see logitsProcessor.wgsl. list u32 [rows, 2, size, 2] scratch: id, key.
// Writes ids[r] and positions[r] + 1, so that the next step reads the sampled id; sampled u32 [rows, 2 + steps]: number of ids sampled
// so far, index of the next sample, the ids; history[r, id]. An id of 0xffffffff means that the mask forbids every id.
// Dispatch: rows, one workgroup of LANES = SIDE * SIDE each. Values: LANES, SIDE.
@group(0) @binding(0) var<storage, read> settings: array<u32>;
@group(0) @binding(1) var<storage, read> adjusted: array<f32>;
@group(0) @binding(2) var<storage, read> chunks: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> list: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> history: array<u32>;
@group(0) @binding(5) var<storage, read_write> ids: array<u32>;
@group(0) @binding(6) var<storage, read_write> positions: array<u32>;
@group(0) @binding(7) var<storage, read_write> sampled: array<u32>;
struct Shape {
  size: u32,
  sampled_stride: u32,
}
@group(0) @binding(8) var<uniform> shape: Shape;
const least = -3.4e38;
const none = 0xffffffffu;

var<workgroup> parts: array<f32, ${LANES}>;
var<workgroup> sides: array<f32, ${SIDE}>;
var<workgroup> first_id: atomic<u32>;
var<workgroup> last_id: atomic<u32>;

fn key_of(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}
fn value_of(key: u32) -> f32 {
  return bitcast<f32>(select(~key, key & 0x7fffffffu, key >= 0x80000000u));
}

/** The sum of every lane's part, in every lane. */
fn total(lane: u32, part: f32) -> f32 {
  parts[lane] = part;
  workgroupBarrier();
  if (lane < ${SIDE}u) {
    var side = 0.0;
    for (var i = 0u; i < ${SIDE}u; i++) { side += parts[lane * ${SIDE}u + i]; }
    sides[lane] = side;
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < ${SIDE}u; i++) { sum += sides[i]; }
  return sum;
}
/** The sum of the parts of all lower lanes; after `total` of the same parts. */
fn before(lane: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < lane / ${SIDE}u; i++) { sum += sides[i]; }
  for (var i = lane / ${SIDE}u * ${SIDE}u; i < lane; i++) { sum += parts[i]; }
  workgroupBarrier();
  return sum;
}
fn largest(lane: u32, part: f32) -> f32 {
  workgroupBarrier();
  parts[lane] = part;
  workgroupBarrier();
  var result = parts[0];
  for (var i = 1u; i < ${LANES}u; i++) { result = max(result, parts[i]); }
  workgroupBarrier();
  return result;
}

fn mixed(value: u32) -> u32 {
  var h = value;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let size = shape.size;
  let row = group.x;
  let count = (size + 63u) / 64u;
  let chunk_at = row * count;
  let at = row * size;
  let list_at = 2u * row * size;
  let temperature = bitcast<f32>(settings[row * 16u]);
  let top_k = settings[row * 16u + 1u];
  let cut = bitcast<f32>(settings[row * 16u + 2u]);
  let min_p = bitcast<f32>(settings[row * 16u + 3u]);
  if (lane == 0u) {
    atomicStore(&first_id, none);
    atomicStore(&last_id, 0u);
  }
  var highest = least;
  for (var c = lane; c < count; c += ${LANES}u) { highest = max(highest, chunks[chunk_at + c].z); }
  highest = largest(lane, highest);

  if (temperature == 0.0) {
    for (var c = lane; c < count; c += ${LANES}u) {
      if (chunks[chunk_at + c].z < highest) { continue; }
      for (var i = c * 64u; i < min(c * 64u + 64u, size); i++) {
        if (adjusted[at + i] == highest) {
          atomicMin(&first_id, i);
          break;
        }
      }
    }
  } else {
    var part = 0.0;
    for (var c = lane; c < count; c += ${LANES}u) {
      let chunk = chunks[chunk_at + c];
      part += chunk.w * exp(chunk.z - highest);
    }
    let whole = total(lane, part);

    // A lower bound of all thresholds.
    var bound = 0u;
    if (top_k > 0u && top_k <= count) {
      // The k-th largest of the chunks' maxima.
      for (var bit = 0u; bit < 32u; bit++) {
        let tried = bound | (0x80000000u >> bit);
        part = 0.0;
        for (var c = lane; c < count; c += ${LANES}u) {
          part += select(0.0, 1.0, key_of(chunks[chunk_at + c].z) >= tried);
        }
        if (total(lane, part) >= f32(top_k)) { bound = tried; }
      }
    } else if (top_k == 0u && cut > 0.0) {
      // All ids below this bound together weigh less than top-p may cut.
      bound = key_of(max(highest + log(cut * whole / f32(size)) - 0.01, least));
    } else if (top_k == 0u && min_p > 0.0) {
      bound = key_of(max(highest + log(min_p) - 0.01, least));
    }

    // The ids at or above the bound, in order: each lane lists its part of the chunks.
    let share = (count + ${LANES}u - 1u) / ${LANES}u;
    let from_chunk = min(lane * share, count);
    let end_chunk = min(from_chunk + share, count);
    part = 0.0;
    for (var c = from_chunk; c < end_chunk; c++) {
      if (key_of(chunks[chunk_at + c].z) < bound) { continue; }
      for (var i = c * 64u; i < min(c * 64u + 64u, size); i++) {
        part += select(0.0, 1.0, key_of(adjusted[at + i]) >= bound);
      }
    }
    let listed = u32(total(lane, part));
    var place = u32(before(lane));
    for (var c = from_chunk; c < end_chunk; c++) {
      if (key_of(chunks[chunk_at + c].z) < bound) { continue; }
      for (var i = c * 64u; i < min(c * 64u + 64u, size); i++) {
        let key = key_of(adjusted[at + i]);
        if (key >= bound) {
          list[list_at + place] = vec2u(i, key);
          place += 1u;
        }
      }
    }
    storageBarrier();

    // Top-k: the largest key that at least k ids reach.
    var kept_from = 0u;
    if (top_k > 0u && top_k < size) {
      for (var bit = 0u; bit < 32u; bit++) {
        let tried = kept_from | (0x80000000u >> bit);
        part = 0.0;
        for (var n = lane; n < listed; n += ${LANES}u) { part += select(0.0, 1.0, list[list_at + n].y >= tried); }
        if (total(lane, part) >= f32(top_k)) { kept_from = tried; }
      }
    }

    // Top-p: the largest key below which the total weight stays within the cut.
    let list_share = (listed + ${LANES}u - 1u) / ${LANES}u;
    let from_place = min(lane * list_share, listed);
    let end_place = min(from_place + list_share, listed);
    var tie_from = 0u;
    if (cut > 0.0) {
      part = 0.0;
      for (var n = lane; n < listed; n += ${LANES}u) {
        let key = list[list_at + n].y;
        part += select(0.0, exp(value_of(key) - highest), key >= kept_from);
      }
      let candidates = total(lane, part);
      let sum = select(whole, candidates, top_k > 0u);
      let limit = cut * sum;
      let unlisted = sum - candidates;
      // Each lane scans only those of its entries that the bits so far leave undecided.
      let open_at = list_at + size;
      var open = 0u;
      for (var n = from_place; n < end_place; n++) {
        let entry = list[list_at + n];
        if (entry.y < kept_from) { continue; }
        list[open_at + from_place + open] = entry;
        open += 1u;
      }
      let lowest = max(kept_from, bound);
      var threshold = 0u;
      var below = unlisted;
      for (var bit = 0u; bit < 32u; bit++) {
        let tried = threshold | (0x80000000u >> bit);
        part = 0.0;
        let inside = tried > lowest && tried <= key_of(highest);
        for (var n = 0u; inside && n < open; n++) {
          let key = list[open_at + from_place + n].y;
          part += select(0.0, exp(value_of(key) - highest), key < tried);
        }
        let lighter = below + total(lane, part);
        // The most probable id always stays, whatever the rounding.
        let accepted = tried <= key_of(highest) && lighter <= limit;
        if (accepted) {
          threshold = tried;
          below = lighter;
        }
        var left = 0u;
        for (var n = 0u; inside && n < open; n++) {
          let entry = list[open_at + from_place + n];
          if ((entry.y >= tried) != accepted) { continue; }
          list[open_at + from_place + left] = entry;
          left += 1u;
        }
        open = select(open, left, inside);
      }
      kept_from = threshold;
      // Among equal ids, smaller ones come first.
      part = 0.0;
      for (var n = from_place; n < end_place; n++) { part += select(0.0, 1.0, list[list_at + n].y == threshold); }
      let ties = total(lane, part);
      var rank = before(lane);
      let gone = min(floor((limit - below) / exp(value_of(threshold) - highest)), ties - 1.0);
      for (var n = from_place; n < end_place; n++) {
        if (list[list_at + n].y != threshold) { continue; }
        if (rank == max(gone, 0.0)) { atomicMin(&first_id, list[list_at + n].x); }
        rank += 1.0;
      }
      workgroupBarrier();
      tie_from = atomicLoad(&first_id);
      workgroupBarrier();
      if (lane == 0u) { atomicStore(&first_id, none); }
      workgroupBarrier();
    }

    part = 0.0;
    for (var n = from_place; n < end_place; n++) {
      let entry = list[list_at + n];
      let weight = exp(value_of(entry.y) - highest);
      let kept = (entry.y > kept_from || (entry.y == kept_from && entry.x >= tie_from)) && weight >= min_p;
      part += select(0.0, weight, kept);
    }
    let kept_sum = total(lane, part);
    var running = before(lane);
    let number = sampled[row * shape.sampled_stride + 1u];
    let u = f32(mixed(settings[row * 16u + 7u] + (number + 1u) * 0x9e3779b9u) >> 8u) / 16777216.0;
    for (var n = from_place; n < end_place; n++) {
      let entry = list[list_at + n];
      let weight = exp(value_of(entry.y) - highest);
      let kept = (entry.y > kept_from || (entry.y == kept_from && entry.x >= tie_from)) && weight >= min_p;
      if (!kept || weight == 0.0) { continue; }
      running += weight;
      atomicMax(&last_id, entry.x);
      if (running > u * kept_sum) { atomicMin(&first_id, entry.x); }
    }
  }

  workgroupBarrier();
  if (lane != 0u) { return; }
  let found = atomicLoad(&first_id);
  var id = select(found, atomicLoad(&last_id), found == none);
  let done = sampled[row * shape.sampled_stride];
  sampled[row * shape.sampled_stride + 2u + done] = select(id, none, highest == least);
  sampled[row * shape.sampled_stride] = done + 1u;
  sampled[row * shape.sampled_stride + 1u] += 1u;
  id = min(id, size - 1u);
  ids[row] = id;
  positions[row] += 1u;
  history[at + id] = (history[at + id] + 1u) | 0x80000000u;
}
