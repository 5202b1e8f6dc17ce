// How the variants of an operator differ, and which of them a device uses, as plain data. It imports nothing, so that both the
// backend port and the service can use it.

/** The variant that computes an operator of one shape on a device. */
export interface VariantChoice {
  readonly operator: string;
  readonly shape: string;
  readonly variant: string;
  /** Of the kernels that were compared: a changed kernel is measured again. */
  readonly fingerprint: string;
  /** Milliseconds of each variant that was measured. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** A variant that was refused because it computes wrong results on this device or does not compile there. */
export interface VariantRefusal {
  readonly operator: string;
  readonly shape: string;
  readonly variant: string;
  readonly reason: string;
}

/** The choices of a device as plain data: store it and pass it to the next `loadModel`. */
export interface VariantReport {
  /** The adapter and the browser with its driver; choices apply to no other. */
  readonly device: string;
  readonly choices: readonly VariantChoice[];
  readonly refused: readonly VariantRefusal[];
}

/** The dtype of sums and products. Anything but f32 changes the numbers, so it must be requested. */
export type ComputeDtype = 'float32' | 'float16' | 'int8';
