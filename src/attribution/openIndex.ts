// An index prepared for queries: kernel matrices computed once (exact), texts matched to rows by hash, suffix array over
// the responses. Memory: 8 N^2 bytes for the kernel (19 MB at 1,500 rows) beside the sketches.
import { bytesToHex } from '../lib/bytes.ts';
import type { AttributionIndex } from './files/attributionIndex.ts';
import { decodeIndex } from './files/decodeIndex.ts';
import { rowHash } from './files/rowHash.ts';
import { integerProducts } from './influence/integerProducts.ts';
import { kernelMatrix } from './influence/kernelMatrix.ts';
import type { OpenProgress, OpenRow } from './service.ts';
import { type Corpus, createCorpus } from './spans/createCorpus.ts';

export interface OpenedIndex {
  readonly index: AttributionIndex;
  /** K of the trained rows, f64 [N, N], and k_z of the placebo rows, f64 [Z, N]. */
  readonly kernel: Float64Array<ArrayBuffer>;
  readonly placeboKernel: Float64Array<ArrayBuffer>;
  /** Responses of the trained rows; rows whose text was not given are empty. */
  readonly corpus: Corpus;
  readonly texts: readonly (OpenRow | undefined)[];
}

export interface OpenIndexParameters {
  readonly index: Uint8Array;
  /** In any order, found again by hash; others than the index's are ignored. */
  readonly rows: readonly OpenRow[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: OpenProgress) => void) | undefined;
}

/** The same index with these texts for its rows, in place of those that it had. */
export function withTexts(opened: Omit<OpenedIndex, 'corpus' | 'texts'>, rows: readonly OpenRow[]): OpenedIndex {
  const { trained } = opened.index;
  const byHash = new Map(rows.map((row) => [bytesToHex(rowHash(row)), row]));
  const texts = Array.from({ length: trained.count }, (_, row) =>
    byHash.get(bytesToHex(trained.hashes.subarray(32 * row, 32 * row + 32))),
  );
  return { ...opened, corpus: createCorpus(texts.map((row) => row?.responseIds ?? [])), texts };
}

/** Throws what `decodeIndex` throws, and the signal's reason. */
export async function openIndex({ index: bytes, rows, signal, onProgress }: OpenIndexParameters): Promise<OpenedIndex> {
  onProgress?.({ phase: 'check', done: 0 });
  const index = decodeIndex(bytes);
  const { trained, placebo, size } = index;
  const products = await integerProducts({
    left: trained.codes,
    right: trained.codes,
    size,
    signal,
    onProgress: (done) => onProgress?.({ phase: 'gram', done }),
  });
  const cross = await integerProducts({ left: placebo.codes, right: trained.codes, size, signal });
  const kernel = kernelMatrix(products, trained.exponents, trained.exponents);
  const placeboKernel = kernelMatrix(cross, placebo.exponents, trained.exponents);
  return withTexts({ index, kernel, placeboKernel }, rows);
}
