// The types of this domain: rows, ports, contribution headers, adapter manifests.
// Bytes in documents are lower-case hexadecimal text here and real bytes in the encoded dag-cbor; links are CIDs in both.
import type { Json } from '../lib/canonicalJson.ts';
import type { Fact } from '../lib/errors.ts';
import type { CallContext } from '../lib/rpc.ts';
import type { Cid } from '../lib/units.ts';

/** One question with its answer. Further fields travel with the row and are part of its hash. */
export interface Row {
  readonly prompt: string;
  readonly response: string;
  readonly [more: string]: Json;
}

export type Address = `0x${string}`;
export type Hex = `0x${string}`;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Immutable bytes by the hash of their content. `raw` and `dag-cbor` with SHA-256 only. */
export interface BlockStore {
  put(bytes: Uint8Array, codec: 'raw' | 'dag-cbor', options?: ReadOptions): Promise<Cid>;
  get(cid: Cid, options?: ReadOptions): Promise<Uint8Array>;
}

/** Files of any size as UnixFS, so that any IPFS tool or gateway can read them. */
export interface FileStore {
  putFile(bytes: Uint8Array, options?: ReadOptions): Promise<Cid>;
  /** The bytes in order, as they arrive. Throws `FILE_TOO_LARGE` past `maxBytes`. */
  readFile(cid: Cid, options: ReadOptions & { readonly maxBytes: number }): AsyncIterable<Uint8Array>;
}

/** EIP-191 personal_sign over raw bytes. */
export interface Signer {
  readonly address: Address;
  signMessage(bytes: Uint8Array): Promise<Hex>;
}

/** Whether `signature` is `address`'s EIP-191 signature over `bytes`. */
export type Verify = (address: Address, bytes: Uint8Array, signature: Hex) => boolean | Promise<boolean>;

export interface Progress {
  /** Work done so far, of `total`, in the unit of the operation (bytes, rows or blocks). */
  readonly done: number;
  readonly total: number;
}

export interface WorkOptions extends ReadOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** One syntax or mapping error of a file, with its place; `line` and `column` count from 1, `column` in UTF-16 code units. */
export interface RowProblem {
  readonly line: number;
  readonly column: number;
  /** First and last line of what cannot be read because of it. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly code: string;
  readonly message: string;
  /** What the message names, so that it can be said in another language. */
  readonly facts: Readonly<Record<string, Fact>>;
  /** Up to 80 characters of the line around the fault. */
  readonly text: string;
  /** The whole line, for correction; absent where there is no line of text or it is too long. */
  readonly source?: string;
}

/** Something that is not published as it stands in the file, though its row is. */
export interface RowNote {
  /** `FIELD_UNUSED`: the row does not carry the field. `NUMBER_AS_TEXT`: the number would change, so its digits are kept as text. */
  readonly code: 'FIELD_UNUSED' | 'NUMBER_AS_TEXT';
  readonly field: string;
  /** How often, and where first. */
  readonly count: number;
  readonly line: number;
  readonly column: number;
}

/** In which encoding a file was read, and why: it was chosen, a byte order mark says so, the bytes are that, or statistics say so. */
export interface TextEncoding {
  /** Label of the WHATWG Encoding Standard, or `utf-32le`, `utf-32be`, `ibm850`, `ibm437`, `ibm852`, `utf-7`, `hz-gb-2312`, `iso-2022-kr`. */
  readonly name: string;
  readonly by: 'choice' | 'mark' | 'statistics' | 'validity';
}

/** Which column or field of a file holds the prompt and which the response. */
export interface RowMapping {
  readonly prompt: string;
  readonly response: string;
}

export interface ParsedRows {
  readonly rows: readonly Row[];
  /** Line of the file on which `rows[index]` starts. */
  readonly lines: readonly number[];
  /** The first 1,000 problems. */
  readonly problems: readonly RowProblem[];
  readonly problemCount: number;
  /** Header of a CSV or TSV file, in order; the fields of the first row otherwise. */
  readonly columns: readonly string[];
  /** The mapping that was used; null when no row has a known pair of fields. */
  readonly mapping: RowMapping | null;
  /** Null where the rows did not come from text (Parquet, pasted text). */
  readonly encoding: TextEncoding | null;
  /** The first words beyond ASCII, by which a person sees whether the encoding is right. */
  readonly sample: readonly string[];
  /** At most 100. */
  readonly notes: readonly RowNote[];
  /** Lines of the file, and those of them that carry no record: empty ones, a header, brackets around a list. */
  readonly lineCount: number;
  readonly frameLines: number;
}

export type FindingCode =
  | 'DUPLICATE_IN_FILE'
  | 'DUPLICATE_KNOWN'
  | 'EMPTY'
  | 'GARBLED'
  | 'HIDDEN_CHARACTER'
  | 'LOOK_ALIKE'
  | 'MIXED_ALPHABETS'
  | 'REPLACEMENT_CHARACTER'
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'PRIVATE_KEY'
  | 'SEED_PHRASE'
  | 'API_TOKEN'
  | 'PASSWORD'
  | 'PAYMENT_CARD'
  | 'BANK_ACCOUNT'
  | 'EMAIL'
  | 'PHONE';

export interface RowFinding {
  /** Index into the checked rows. */
  readonly row: number;
  readonly code: FindingCode;
  /** `block`: the row must not be published. `warning`: the person decides. */
  readonly severity: 'block' | 'warning';
  readonly message: string;
  /** What the message names, so that it can be said in another language. */
  readonly facts?: Readonly<Record<string, Fact>>;
  readonly field?: string;
  /** For duplicates in the file: index of the row that is accepted. */
  readonly duplicateOf?: number;
  /** The text that was found, masked so that a log or screenshot does not reveal it. */
  readonly excerpt?: string;
}

export interface CheckedRows {
  readonly findings: readonly RowFinding[];
  /** Indices of the rows without a blocking finding, in order. */
  readonly accepted: readonly number[];
}

/** A row that rules took for one with a secret, and that its author published by a decision of their own. */
export interface ContributionOverride {
  /** Index of the row in the contribution. */
  readonly row: number;
  /** What the rules said, sorted. */
  readonly codes: readonly FindingCode[];
}

/** Signed statement that an author adds `count` rows to a Datanet. */
export interface ContributionHeader {
  readonly v: 1;
  readonly type: 'contribution';
  readonly datanet: string;
  /** CAIP-10 account, `eip155:<chain>:<lower-case address>`. */
  readonly author: string;
  /** Heads of the Datanet known to the author: concurrent contributions merge by this Merkle DAG. */
  readonly parents: readonly Cid[];
  /** 1 + the largest `seq` among the parents; 1 without parents. */
  readonly seq: number;
  /** Shards of canonical JSONL, each one raw block of at most 1 MiB. */
  readonly rows: readonly Cid[];
  readonly count: number;
  /** Bytes of all shards together. */
  readonly bytes: number;
  /** RFC 6962 root over the row hashes in order, 64 hexadecimal digits. */
  readonly rowsRoot: string;
  readonly schema: 'prompt-response/1';
  /** SPDX licence expression. */
  readonly license: string;
  /** Milliseconds since 1970, by the author's clock. */
  readonly ts: number;
  /** Ascending by row; absent where there are none. */
  readonly overrides?: readonly ContributionOverride[];
  /** EIP-191 signature over the dag-cbor bytes of everything above. */
  readonly sig: Hex;
  /** SHA-256 of the bytes that were signed: the same statement, however often its author signed it. Not in the document. */
  readonly statement: string;
}

export interface Contribution {
  readonly cid: Cid;
  readonly header: ContributionHeader;
}

/** A file referred to by a manifest. */
export interface FileLink {
  readonly cid: Cid;
  readonly bytes: number;
  readonly sha256: string;
}

/** Signed description of a LoRA adapter: its base, its training rows, and the CIDs of its weights and index. */
export interface AdapterManifest {
  readonly v: 1;
  readonly type: 'adapter';
  readonly name: string;
  readonly author: string;
  readonly ts: number;
  readonly license: string;
  readonly base: { readonly name: string; readonly sha256: string };
  /** `adapter_config.json`. */
  readonly config: { readonly [key: string]: Json };
  /** `adapter_model.safetensors`. */
  readonly weights: FileLink;
  readonly datanets: readonly string[];
  /** The contributions whose rows were trained on, in the order of training rows. */
  readonly contributions: readonly Cid[];
  readonly training: { readonly [key: string]: Json };
  /** Attribution index; null for an adapter that was published without one. */
  readonly index: FileLink | null;
  readonly sig: Hex;
  /** As that of a contribution. */
  readonly statement: string;
}

/** The service of `workers/ingest.ts`: `connect<IngestService>(worker)`. */
export type IngestService = {
  parse(request: ParseRequest, context: CallContext): Promise<ParsedRows>;
  check(request: CheckRequest, context: CallContext): Promise<CheckedRows>;
  /** Both: the rows cross to the page once. */
  read(request: ReadRequest, context: CallContext): Promise<ReadRows>;
};

export interface ParseRequest {
  readonly text?: string;
  readonly blob?: Blob;
  readonly fileName: string;
  /** Overrides the guess. */
  readonly mapping?: RowMapping;
  /** The encoding to read the file in, see `TextEncoding`. Default: what its bytes say. */
  readonly encoding?: string;
  /** Lines of the text that are replaced before it is read, from 1, with their new text. */
  readonly corrections?: readonly (readonly [line: number, text: string])[];
}

export interface CheckRequest {
  readonly rows: readonly Row[];
  /** `contentKey` of the rows that are already in the Datanet. */
  readonly existing?: ReadonlySet<string>;
  /** Their `lookAlikeKey`. */
  readonly existingLookAlikes?: ReadonlySet<string>;
}

export interface ReadRequest extends ParseRequest {
  readonly existing?: ReadonlySet<string>;
  readonly existingLookAlikes?: ReadonlySet<string>;
}

/** The rows of a file and what the checks say of them. */
export interface ReadRows {
  readonly parsed: ParsedRows;
  readonly checked: CheckedRows;
}
