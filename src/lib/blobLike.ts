/**
 * The part of `Blob` that reading a model needs; files read over the network have it too. Positions are bytes, ends exclusive.
 */
export interface BlobLike {
  readonly size: number;
  slice(begin?: number, end?: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
}
