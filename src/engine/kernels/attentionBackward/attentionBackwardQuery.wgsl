// queryGradient[t, h] = scale * sum over keys j = starts[t] .. t of p_j (dy . v_j - delta) k_j,
// p_j = exp(scale q . k_j - logSum): probabilities are computed again, never stored.
// query, outputGradient, queryGradient f32 [rows, heads, width], key and value f32 [rows, keyValueHeads, width],
// starts u32 [rows], logSums and deltas f32 [rows, heads]. Dispatch: one thread a (row, head), x over rows * heads.
// f32, ascending j. No barriers. Dao and others, "FlashAttention", backward pass.
@group(0) @binding(0) var<storage, read> step: array<u32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> query: array<f32>;
@group(0) @binding(3) var<storage, read> key: array<f32>;
@group(0) @binding(4) var<storage, read> value: array<f32>;
@group(0) @binding(5) var<storage, read> outputGradient: array<f32>;
@group(0) @binding(6) var<storage, read> statistics: array<f32>;
@group(0) @binding(7) var<storage, read_write> queryGradient: array<f32>;
