/** The part of `Blob` that reading a model needs; remote files have it too. Positions are bytes, ends are exclusive. */
export interface BlobLike {
  readonly size: number;
  slice(begin?: number, end?: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
}
