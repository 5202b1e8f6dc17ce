// What a sample Datanet is made of: tables of facts, each owned by one contributor, and the wordings that ask for them.

/** One fact: `subject` has `value`. `expected` is the part of the value that a right answer must contain. */
export interface Fact {
  readonly subject: string;
  readonly value: string;
  readonly expected: string;
}

/**
 * One table of facts of one kind. In the wordings `{x}` is the subject, `{X}` the subject with a capital, `{v}` the value.
 * The first wordings are for training, `heldOut` only for questions that training never saw.
 */
export interface FactTable {
  readonly contributor: string;
  readonly wordings: readonly [string, string, string, string];
  readonly heldOut: readonly [string, string];
  readonly answer: string;
  readonly facts: readonly Fact[];
  /** Facts of the same kind that are kept out of training: attribution measures its noise by what their rows score. */
  readonly placebo: readonly Fact[];
}

export interface SampleDatanet {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly licence: 'CC0-1.0' | 'CC-BY-4.0';
  readonly tables: readonly FactTable[];
}
