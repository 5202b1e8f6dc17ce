// An adapter as a record that survives the page: where it comes from, and how far publishing it came. Pure and light.
import type { SerializedError } from '../../lib/errors.ts';
import type { Hex } from '../../settlement/index.ts';

/** The trainer's conditions of a published adapter. */
export interface AdapterTerms {
  /** Wei of OPEN per 1,000 tokens of answer, in decimal digits. */
  readonly price: string;
  /** The trainer's part in basis points (1/10,000), at most 5,000. */
  readonly ownerBps: number;
}

/** Fields of a record that the store does not know by name. */
export interface AdapterData {
  /** The run that made it, where it was trained in this browser. */
  readonly runId?: string;
  /** 0x-address of its publisher. */
  readonly author?: string;
  /** SHA-256 of the base model that its manifest names. */
  readonly baseSha256?: string;
  /** Ids of models that somebody confirmed to want it on although they are not its base. */
  readonly acceptedModels?: readonly string[];
  /** Model on the chain that its answers are paid to. */
  readonly modelId?: Hex;
  /** What its answers cost and the trainer's part, as asked at publishing, or as the chain has it once it is registered. */
  readonly terms?: AdapterTerms;
  readonly description?: string;
  /** The chain lists this adapter as a version of its model. */
  readonly registered?: boolean;
  /** That made it a version; absent when an earlier try did. */
  readonly transaction?: Hex;
  /** The node has its announcement: a relay keeps it, or it is asked again. Absent: the page may have gone away before. */
  readonly isAnnounced?: boolean;
  readonly announceError?: SerializedError;
  readonly registerError?: SerializedError;
}

export function adapterData(record: { readonly data?: unknown }): AdapterData {
  return (record.data ?? {}) as AdapterData;
}
