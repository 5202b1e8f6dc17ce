// The journal of one model: of its installation and, afterwards, of the installed model. Plain data, without tokens and dropped
// files. Times are milliseconds since 1970.
import type { SerializedError } from '../../lib/errors.ts';
import type { FileLocation, ModelSource, Packing } from '../types.ts';

/** A file to fetch. A dropped file has no location: it is handed over again after a reload. */
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
  /** Tokens of the KV cache when it is loaded. */
  readonly reservedTokens?: number;
  readonly createdAt: number;
  readonly usedAt?: number;
  /** `done` alone means installed: it is written after the packed file is whole. */
  readonly stage: 'downloading' | 'packing' | 'done';
  /** Progress within the stage, when it last stopped. */
  readonly doneBytes: number;
  /** Where conversion can resume: after so many tensors, which end at this byte of the converted file. */
  readonly packedUpTo?: { readonly tensors: number; readonly bytes: number };
  /** Size of the converted file, once it is complete. */
  readonly packedBytes?: number;
  /** Expected size of the converted file. */
  readonly expectedBytes: number;
  /** Stopped by the user. */
  readonly paused: boolean;
  /** The error that stopped it last. */
  readonly failure: SerializedError | null;
  /** SHA-256 of the source; see `sourceDigest`. */
  readonly sha256?: string;
}
