// The interface of a benchmark: a module beside this file that exports `NAME` and `run`. Figures are judged here, never in a test.

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface Check {
  readonly name: string;
  readonly measured: number;
  readonly required: string;
  readonly pass: boolean;
}

export interface Report {
  readonly rows: readonly Row[];
  readonly checks: readonly Check[];
  /** Measurements that were not possible, and why. */
  readonly notes?: readonly string[];
}

export interface Benchmark {
  readonly name: string;
  /** `options`: the arguments of the command that begin with `--`. */
  readonly run: (options: readonly string[]) => Promise<Report>;
}

/** What a benchmark's file exports. */
export interface BenchmarkModule {
  readonly NAME: string;
  readonly run: Benchmark['run'];
}
