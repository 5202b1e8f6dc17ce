// Parts of a sample Datanet: tables of facts, each owned by one contributor, and the wordings of questions about them.

/** One fact: `subject` has `value`. `expected` is the part of the value that a correct answer must contain. */
export interface Fact {
  readonly subject: string;
  readonly value: string;
  readonly expected: string;
}

/**
 * One table of facts of one kind. In the wordings `{x}` is the subject, `{X}` the subject with a capital, `{v}` the
 * value. The first wordings are for training, `heldOut` only for the evaluation.
 */
export interface FactTable {
  readonly contributor: string;
  readonly wordings: readonly [string, string, string, string];
  readonly heldOut: readonly [string, string];
  readonly answer: string;
  readonly facts: readonly Fact[];
  /** Facts of the same kind, held out of training: the scores of their rows measure the noise of attribution. */
  readonly placebo: readonly Fact[];
}

export interface SampleDatanet {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly licence: 'CC0-1.0' | 'CC-BY-4.0';
  readonly tables: readonly FactTable[];
}
