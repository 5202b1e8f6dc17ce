// Bytes as text. Both are `0x` and hexadecimal digits; the names say what is inside, not how it is checked.

/** Bytes; identifiers, digests and roots are 32 of them. */
export type Hex = `0x${string}`;
/** 20 bytes: an account or a contract. */
export type Address = `0x${string}`;
