/** What reading some bytes may take beside twice their size. */
export const MAX_GROWTH_BYTES = 64 << 20;
/** A string after this long is one that is never ended with; no sound one takes a hundredth of it. */
export const PATIENCE_MS = 30_000;
