// Branded primitives: a wei amount cannot pass for a share, nor a row hash for a CID. Types only cost nothing at run time.

declare const brand: unique symbol;
type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

/** An amount of OPEN in its smallest unit, 1e-18 OPEN. */
export type Wei = Branded<bigint, 'Wei'>;
/** SHA-256 of 0x00 and the canonical bytes of a row, as 64 lower-case hexadecimal digits. */
export type RowHash = Branded<string, 'RowHash'>;
/** A CIDv1 in its base32 text form. */
export type Cid = Branded<string, 'Cid'>;

/** Shares are parts per million; those of one answer add to this. */
export const PPM_TOTAL = 1_000_000;

export const wei = (value: bigint): Wei => value as Wei;
export const rowHash = (value: string): RowHash => value as RowHash;
export const cid = (value: string): Cid => value as Cid;
