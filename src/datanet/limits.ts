// Bounds on the input of this domain: files come from anyone, headers and shards from any peer.

/** A shard is one block: below the 2 MiB of a bitswap message, and large enough that there are few of them. */
export const MAX_SHARD_BYTES = 1 << 20;
/** Of a canonical row. */
export const MAX_ROW_BYTES = 64 * 1024;
/** Marks that stand on one letter. More are no writing, and putting them in order takes time with their square. */
export const MAX_MARKS = 256;
/** Nesting of a row's fields. */
export const MAX_ROW_DEPTH = 16;
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
export const MAX_CONTRIBUTION_ROWS = 1_000_000;
export const MAX_CONTRIBUTION_SHARDS = 1_024;
export const MAX_HEADER_BYTES = 128 * 1024;
export const MAX_PARENTS = 64;
export const MAX_NAME_LENGTH = 256;
export const MAX_MANIFEST_BYTES = 1 << 20;
export const MAX_ADAPTER_BYTES = 512 * 1024 * 1024;
export const MAX_CONTRIBUTIONS = 10_000;
/** Problems listed per file. More are only counted. */
export const MAX_PROBLEMS = 1_000;
/** Of a table, and of the fields of a file that are offered for choice. */
export const MAX_COLUMNS = 1_000;
/** Notes listed per file: fields that are not used, numbers that are kept as text. */
export const MAX_NOTES = 100;
/** Longest line that is given back whole for correction, in UTF-16 code units. */
export const MAX_EDITABLE_LINE = 4_000;
/** Rows that an author publishes against the rules' word. A header has room for so many; more of them are no mistakes of rules. */
export const MAX_OVERRIDES = 1_000;
