// Datanets: rows from a file to a signed, content-addressed contribution, and back. Pure: storage,
// signing and verification are ports. It does not know the network, the chain or the screen.
export { canonicalRow } from './canonicalRow.ts';
export { checkRows } from './checkRows.ts';
export { cidDigest } from './cids.ts';
export { contentKey, lookAlikeKey } from './contentKey.ts';
export { createIngestService } from './createIngestService.ts';
export { MAX_PARENTS } from './limits.ts';
export { type Evidence, orderByOwnership } from './ownership.ts';
export { parseRows } from './parseRows.ts';
export { publishAdapter } from './publishAdapter.ts';
export { publishContribution } from './publishContribution.ts';
export { checkAdapter, readAdapter, readAdapterManifest } from './readAdapter.ts';
export { checkContribution, readContribution, readContributionHeader } from './readContribution.ts';
export { readRows } from './readRows.ts';
export { rowHash } from './rowHash.ts';
/** @public A contribution's `rowsRoot` is a published format: whoever holds a row can show that it is in. */
export { inclusionProof, rowsRoot, verifyInclusion } from './rowsRoot.ts';
export { authorAddress } from './signedDocument.ts';
export type * from './types.ts';
/** @public The reader of a published format: a Datanet is what its heads reach by `parents`. */
export { unionContributions } from './unionContributions.ts';
