export interface SuiteOptions {
  /** Only parts whose name begins with one of these; '' for all. */
  readonly parts: readonly string[];
  /** Attempts over all parts. Default: the suite's own. */
  readonly runs?: number | undefined;
  readonly seed: number;
  /** Number of the first attempt of each part: with `runs`, one of an earlier run again. */
  readonly first: number;
  /** Takes each fault as soon as it is found, and a line per part. */
  readonly print: (line: string) => void;
}

export interface SuiteResult {
  readonly runs: number;
  /** One sentence each, with what makes it happen again. */
  readonly faults: readonly string[];
}

/** Faults of one kind, made on purpose. */
export interface Suite {
  readonly name: string;
  readonly says: string;
  run(options: SuiteOptions): Promise<SuiteResult>;
}
