// The attribution worker as a page sees it. It runs on the CPU: gradients come from the engine as Float32Array, bytes of
// indexes and receipts from wherever the app stores them.
import type { CallContext } from '../lib/rpc.ts';
import type { DecodedReceipt, ReceiptSubject, Verification } from './files/receiptTypes.ts';
import type { Attribution, AttributionEvaluation, AttributionPolicy, IndexRow, IndexSummary, Sketch } from './types.ts';

export interface OpenRequest {
  readonly id: string;
  /** An encoded index (`index.cbor`). */
  readonly index: Uint8Array;
  /** Rows with their texts in any order: they are matched by hash. A verifier of receipts alone may give none. */
  readonly rows: readonly OpenRow[];
}

export type GiveTextsRequest = Omit<OpenRequest, 'index'>;

export interface OpenRow {
  readonly prompt: string;
  readonly response: string;
  /** Token ids of the response without the end token, by the model's tokenizer. Empty: no verbatim channel for the row. */
  readonly responseIds: readonly number[];
}

export interface OpenProgress {
  readonly phase: 'check' | 'gram';
  /** From 0 to 1. */
  readonly done: number;
}

export interface AttributeRequest {
  readonly id: string;
  /** `rowGradient` of the prompt with the answer as its response. */
  readonly gradient: Float32Array;
  /** Token ids of the answer, without the end token. */
  readonly answerIds: readonly number[];
}

export interface CreateReceiptRequest {
  readonly id: string;
  readonly attribution: Attribution;
  readonly subject: ReceiptSubject;
  readonly prompt: string;
  readonly answer: string;
  readonly answerIds: readonly number[];
}

export interface CreatedReceipt {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  readonly digest: string;
  /** 32 random bytes: with them and the texts, the hashes in the receipt can be opened to an auditor. Keep them. */
  readonly salt: Uint8Array<ArrayBuffer>;
}

export interface VerifyReceiptRequest {
  readonly id: string;
  readonly receipt: Uint8Array;
  /** The texts and salt, which only the parties know. With them the hashes and the verbatim channel are checked too. */
  readonly disclosure?: {
    readonly salt: Uint8Array;
    readonly prompt: string;
    readonly answer: string;
    readonly answerIds: readonly number[];
  };
}

export interface SketchRequest {
  readonly gradient: Float32Array;
  /** Number of coordinates; default 4,096. */
  readonly size?: number;
  readonly seed?: number;
}

export interface BuildIndexRequest {
  readonly rows: readonly IndexRow[];
  /** Number of trained parameters that each gradient had. */
  readonly parameterCount: number;
  /** SHA-256 of the adapter's weights file, 64 hexadecimal digits: says what the index belongs to. */
  readonly adapterHash?: string;
  readonly seed?: number;
  readonly policy?: AttributionPolicy;
  readonly evaluation?: AttributionEvaluation;
}

export interface AttributionService {
  /** Decodes and checks an index, computes its kernel matrix (progress 0 to 1) and keeps both under `id`. */
  open(request: OpenRequest, context: CallContext): Promise<IndexSummary>;
  /** Texts for the rows of an open index, in place of those that it had: opening takes seconds and need not wait for them. */
  giveTexts(request: GiveTextsRequest, context: CallContext): Promise<IndexSummary>;
  close(request: { readonly id: string }, context: CallContext): Promise<void>;
  attribute(request: AttributeRequest, context: CallContext): Promise<Attribution>;
  createReceipt(request: CreateReceiptRequest, context: CallContext): Promise<CreatedReceipt>;
  /** Recomputes the shares of a receipt from its sketch and the opened index, bit for bit. */
  verifyReceipt(request: VerifyReceiptRequest, context: CallContext): Promise<Verification>;
  decodeReceipt(request: { readonly receipt: Uint8Array }, context: CallContext): Promise<DecodedReceipt>;
  sketch(request: SketchRequest, context: CallContext): Promise<Sketch>;
  buildIndex(request: BuildIndexRequest, context: CallContext): Promise<Uint8Array<ArrayBuffer>>;
}
