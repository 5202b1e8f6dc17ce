// The journal of one model on its way into this browser, and of a kept one. Plain data; tokens and dropped files are never in
// it. Times are milliseconds since 1970.
import type { SerializedError } from '../../lib/errors.ts';
import type { FileLocation, ModelSource, Packing } from '../types.ts';

/** A file to fetch. A dropped file has no location here: it is handed over again after a reload. */
export interface PlannedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly location?: Exclude<FileLocation, { readonly kind: 'blob' }>;
}

export interface InstallRecord {
  readonly id: string;
  readonly name: string;
  /** `offered`: a model of this copy of the app. */
  readonly source: ModelSource | { readonly kind: 'offered' };
  readonly format: string;
  readonly licence?: string;
  readonly packing: Packing;
  /** With their hashes once they have arrived. */
  readonly files: readonly PlannedFile[];
  readonly architecture?: string;
  readonly parameterCount?: number;
  /** Of the model itself, in tokens. */
  readonly contextLength?: number;
  /** Tokens to reserve keys and values for when it is loaded. */
  readonly reservedTokens?: number;
  readonly createdAt: number;
  readonly usedAt?: number;
  /** `done` alone means installed: it is written after the packed file is whole. */
  readonly stage: 'downloading' | 'packing' | 'done';
  /** Of the stage, when it last stopped. */
  readonly doneBytes: number;
  /** Where packing may go on: after so many tensors, which end at this byte of the packed file. */
  readonly packedUpTo?: { readonly tensors: number; readonly bytes: number };
  /** What the packed file takes, once it is there. */
  readonly packedBytes?: number;
  /** What packing was expected to take. */
  readonly expectedBytes: number;
  /** Stopped by the user. */
  readonly paused: boolean;
  /** What stopped it last. */
  readonly failure: SerializedError | null;
  /** SHA-256 of the source; see `sourceDigest`. */
  readonly sha256?: string;
}
