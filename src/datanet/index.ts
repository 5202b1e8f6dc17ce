// Datanets: rows from a file to a signed, content-addressed contribution, and back. Pure: where bytes are kept, who signs
// and who verifies is handed in by ports. It knows no network, no chain and no screen.
//
// Coming within the hour, with these signatures:
//   parseRows(request: ParseRequest, options?: WorkOptions): Promise<ParsedRows>
//   checkRows(request: CheckRequest, options?: WorkOptions): Promise<CheckedRows>
//   contentKey(row: Row): string                       key under which two wordings-of-the-same count as duplicates
//   rowHash(row: Row): RowHash;  canonicalRow(row: Row): string
//   rowsRoot(hashes: readonly RowHash[]): string;  inclusionProof(hashes, index): string[];  verifyInclusion({ hash, index, count, proof, root }): boolean
//   shardRows(rows: readonly Row[]): Uint8Array[]
//   publishContribution({ datanetId, rows, licence, parents: Cid[], signer, blocks, timestamp, chainId?, signal?, onProgress? }): Promise<Contribution>
//   readContributionHeader({ cid, blocks, verify, signal? }): Promise<ContributionHeader>   (relay: before it fetches rows)
//   readContribution({ cid, blocks, verify, signal?, onProgress? }): Promise<{ cid, header, rows: Row[], rowHashes: RowHash[] }>
//   unionContributions({ heads: Cid[], datanetId, blocks, verify, limit?, signal?, onProgress? }): Promise<{ contributions: Contribution[], heads: Cid[], problems: { cid, error: TributaryError }[] }>
//   collectRows({ contributions, blocks, verify, signal?, onProgress? }): Promise<{ rows: DatanetRow[], duplicates: number, problems }>
//   publishAdapter({ name, base, config, weights: Uint8Array, index: Uint8Array | null, datanets, contributions, training, licence, signer, blocks, files, timestamp, chainId?, signal? }): Promise<{ cid, manifest }>
//   readAdapterManifest({ cid, blocks, verify, signal? }): Promise<AdapterManifest>
//   readAdapter({ cid, blocks, files, verify, signal? }): Promise<{ cid, manifest, weights: Uint8Array, index: Uint8Array | null }>
//   authorAddress(author: string): Address   address of a CAIP-10 account
export type * from './types.ts';
