// Bounds on what this domain accepts: files come from anyone, headers and shards from any peer.

/** Largest shard. Below the 2 MiB that bitswap carries in one message, large enough that blocks are few. */
export const MAXIMUM_SHARD_BYTES = 1 << 20;
/** Largest canonical row. */
export const MAXIMUM_ROW_BYTES = 64 * 1024;
/** Deepest nesting of a row's further fields. */
export const MAXIMUM_ROW_DEPTH = 16;
export const MAXIMUM_FILE_BYTES = 256 * 1024 * 1024;
export const MAXIMUM_CONTRIBUTION_ROWS = 1_000_000;
export const MAXIMUM_CONTRIBUTION_SHARDS = 1_024;
export const MAXIMUM_HEADER_BYTES = 128 * 1024;
export const MAX_PARENTS = 64;
export const MAXIMUM_NAME_LENGTH = 256;
export const MAXIMUM_MANIFEST_BYTES = 1 << 20;
export const MAXIMUM_ADAPTER_BYTES = 512 * 1024 * 1024;
export const MAXIMUM_UNION = 10_000;
/** Problems kept per file: more would only fill the screen. */
export const MAXIMUM_PROBLEMS = 1_000;
