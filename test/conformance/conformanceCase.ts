// What a module of the conformance runner exports. The runner walks every folder under the one it was given and asks each
// module for the cases of that single folder; a module yields nothing for a folder that is not of its kind (it looks at
// file names, never at the folder's own name or at sizes: held-out trees have other seeds and shapes).
import type { Backend } from '../../src/engine/backend.ts';

/** How far a result is from the golden one, and how far it may be. Exact checks count mismatches against tolerance 0. */
export interface Measured {
  readonly error: number;
  readonly tolerance: number;
  /** What was compared, in a few words, for example `512 ids`. */
  readonly note?: string;
}

/** A case that this build does not claim to support: named with its reason, neither passed nor failed. */
export interface Unsupported {
  readonly unsupported: string;
}

export interface ConformanceCase {
  /** What is compared inside its folder, for example `logits 37`. The runner puts the folder before it. */
  readonly name: string;
  /** Throws: the case fails with the error's message. */
  run(): Promise<Measured | Unsupported>;
}

export interface CaseOptions {
  /** Also what takes a quarter of an hour on a device that computes in software. */
  readonly whole: boolean;
}

/** `folder` is an absolute path of one folder; sub-folders are asked for separately. */
export type CasesOfFolder = (folder: string, backend: Backend, options?: CaseOptions) => AsyncIterable<ConformanceCase>;
