// The nouns of Proof of Attribution, as a page sees them: all survive structured clone. Shares are integers in parts per
// million. Rows are numbered as in the index: trained rows 0..rowCount-1; placebo rows are apart and never paid.

/** How scores become shares. It is part of the index, so that whoever publishes an adapter commits to it. */
export interface AttributionPolicy {
  /** Weights of the channels influence, verbatim, retrieval; they add to 1,000,000. */
  readonly channelsPpm: readonly [number, number, number];
  /** Influence pays only above this percentile (nearest rank) of what rows that were never trained score. */
  readonly placeboPercent: number;
  /** No contributor is paid more of one answer; 1,000,000 means no cap. */
  readonly capPpm: number;
  /** Verbatim spans count from this length in tokens and this surprisal in bits. */
  readonly minimumSpanTokens: number;
  readonly minimumSpanBits: number;
}

/** Measured quality of an index: how often the panel names a row of the right fact. */
export interface AttributionEvaluation {
  readonly method: 'source-recovery';
  readonly questions: number;
  /** Questions whose highest row states the fact that was asked for. */
  readonly firstIsSource: number;
  /** Questions with such a row among the first five. */
  readonly sourceInFive: number;
}

/** One row of an index before it is built. */
export interface IndexRow {
  readonly prompt: string;
  readonly response: string;
  /** 0x-address that is paid for the row. */
  readonly account: string;
  /** Where the row was published: a CID, or any text that finds it. */
  readonly contribution: string;
  /** Position of the row in that contribution. */
  readonly position: number;
  /** Rows with equal keys are the same content and are paid once, to the first. Default: the row's hash. */
  readonly contentKey?: string;
  /** Held out of training, to measure what a row scores that cannot have shaped the answer. */
  readonly placebo?: boolean;
  readonly sketch: Sketch;
}

/** An int8 count sketch of one gradient: value of coordinate d = codes[d] * 2^exponent. */
export interface Sketch {
  readonly codes: Int8Array<ArrayBuffer>;
  readonly exponent: number;
}

/** A row as the panel shows it. */
export interface RowEvidence {
  readonly row: number;
  readonly account: string;
  readonly rowHash: string;
  readonly contribution: string;
  readonly position: number;
  readonly prompt: string;
  readonly response: string;
  /** Estimated influence: damped Fisher score over the square root of leverage. Unitless; compare with `threshold`. */
  readonly influence: number;
  /** Whether the influence passed the placebo threshold. */
  readonly influential: boolean;
  /** Bits of the answer that stand in this row word for word, shared with the other rows that hold them. */
  readonly verbatimBits: number;
  /** The part of the payment that this row's evidence brings its account, before the cap; copies bring nothing. */
  readonly ppm: number;
}

/** A stretch of the answer that stands word for word in the training text: answer tokens [start, end). */
export interface VerbatimSpan {
  readonly start: number;
  readonly end: number;
  /** Surprisal under the token frequencies of the training text. */
  readonly bits: number;
  /** How often it occurs there, and in which rows (at most 20 of them). */
  readonly count: number;
  readonly rows: readonly number[];
}

export interface ContributorShare {
  readonly account: string;
  /** The account's share, evidence and fallback together; the shares of one answer add to 1,000,000. */
  readonly ppm: number;
}

export interface Attribution {
  readonly method: 'dual-ridge-int8-sketch';
  /** Measured for this index when it was built; null: never measured, and the screen must say so. */
  readonly evaluation: AttributionEvaluation | null;
  /** What 95% (or the policy's share) of rows that were never trained stay below. */
  readonly threshold: number;
  /** The part of the influence found that as many rows that were never trained would show too. */
  readonly chancePpm: number;
  readonly placeboCount: number;
  /** How many rows passed the threshold. */
  readonly influentialCount: number;
  /** Highest first: rows with evidence in any channel, at most 50. */
  readonly rows: readonly RowEvidence[];
  readonly spans: readonly VerbatimSpan[];
  /** Ascending by address, those with a share. */
  readonly contributors: readonly ContributorShare[];
  /**
   * The part of the payment that no evidence backs: what chance explains, or all of influence when nothing stood out. It
   * is paid by accepted rows (the fallback) and must be shown as unattributed.
   */
  readonly unattributedPpm: number;
  /** Of each contributor the part that evidence backs, before the cap: ascending by address, adding to the rest of a million. */
  readonly evidence: readonly ContributorShare[];
  /** The query's sketch: goes into the receipt, so that a stranger can repeat the rest. */
  readonly sketch: Sketch;
}

/** Facts about an open index, for screens. */
export interface IndexSummary {
  readonly id: string;
  readonly rowCount: number;
  readonly placeboCount: number;
  readonly contributorCount: number;
  readonly sketchSize: number;
  readonly parameterCount: number;
  /** Trained rows whose text was not given: without it there is no verbatim channel for them. */
  readonly missingTexts: number;
  /** SHA-256 of the weights file that the index was built for, or null when it does not say. */
  readonly adapterHash: string | null;
  /** Merkle root of all sketches, 64 hexadecimal digits. */
  readonly root: string;
  readonly policy: AttributionPolicy;
  readonly evaluation: AttributionEvaluation | null;
}
