// What a benchmark is: a module beside this file that exports `name` and `run`. Figures are judged here, never in a test.

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

export interface Benchmark {
  readonly name: string;
  readonly run: () => Promise<{ readonly rows: readonly Row[]; readonly checks: readonly Check[] }>;
}
