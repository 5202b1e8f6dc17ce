// Datanets: rows from a file to a signed, content-addressed contribution, and back. Pure: storage,
// signing and verification are ports. It does not know the network, the chain or the screen.
export { canonicalRow } from './canonicalRow.ts';
export { checkRows } from './checkRows.ts';
export { cidDigest } from './cids.ts';
export { type CollectedRows, collectRows } from './collectRows.ts';
export { contentKey } from './contentKey.ts';
export { MAX_PARENTS } from './limits.ts';
export { parseRows } from './parseRows.ts';
export { publishAdapter } from './publishAdapter.ts';
export { publishContribution } from './publishContribution.ts';
export { type ReadAdapter, readAdapter, readAdapterManifest } from './readAdapter.ts';
export { type ReadContribution, readContribution, readContributionHeader } from './readContribution.ts';
export { rowHash } from './rowHash.ts';
export { inclusionProof, rowsRoot, verifyInclusion } from './rowsRoot.ts';
export { shardRows } from './shardRows.ts';
export { accountOf, authorAddress } from './signedDocument.ts';
export type * from './types.ts';
export { type ContributionUnion, unionContributions } from './unionContributions.ts';
