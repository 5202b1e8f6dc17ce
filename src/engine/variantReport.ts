// What the variants of an operator differ in, and the record of which one a device runs, as plain data. It imports nothing, so that the
// port of the backends and the service that a page sees can both name it.

/** The way in which an operator of one shape is computed on a device. */
export interface VariantChoice {
  readonly operator: string;
  readonly shape: string;
  readonly variant: string;
  /** Of the kernels that were compared: another version of one is measured again. */
  readonly fingerprint: string;
  /** Milliseconds of each variant that was measured. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** A way that was not taken because it is wrong on this device or does not compile there. */
export interface VariantRefusal {
  readonly operator: string;
  readonly shape: string;
  readonly variant: string;
  readonly reason: string;
}

/** What was chosen on a device, as plain data: keep it and hand it in with the next `loadModel`. */
export interface VariantReport {
  /** The adapter and the browser with its driver; choices hold for no other. */
  readonly device: string;
  readonly choices: readonly VariantChoice[];
  readonly refused: readonly VariantRefusal[];
}

/** What sums and products are computed in. Anything but f32 changes the numbers, so it must be asked for. */
export type Arithmetic = 'float32' | 'float16' | 'int8';
