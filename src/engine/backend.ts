// The port between models and devices. Model, adapter, serving and training code is written once against `Backend`; its
// implementations are in `webgpu/`, `wasm/` and `reference/`. Knows tensors and operator calls, and nothing of models.
import type { WeightFormat } from './formats/blockFormats.ts';
import type { ComputeDtype, VariantReport } from './variantReport.ts';

export type { WeightFormat };

/** Element types of a tensor's storage. Quantised weights are u32 words (see `Weight`). */
export type ElementType = 'f32' | 'u32' | 'i32';

export type ElementArray = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** A labelled allocation on one backend. Its shape is up to the operators that use it. */
export interface Tensor {
  readonly label: string;
  readonly type: ElementType;
  /** Number of elements. */
  readonly length: number;
}

/** Part of a tensor: WebGPU guarantees bindings of only 128 MiB, and a large matrix has more. */
export interface TensorRange {
  readonly tensor: Tensor;
  /** First element, a multiple of 64: a binding starts at a multiple of 256 bytes. */
  readonly offset: number;
  readonly length: number;
}

/**
 * A matrix W [rows = output, columns = input] of a linear layer or an embedding table.
 *
 * `f32`: `codes` is f32 [rows, columns], no scales.
 * Otherwise a row is divided into `ceil(columns / elements)` blocks of 32 or 256 elements, and block b of row r has number
 * n = r * blocksPerRow + b. `codes` u32 contains the words of each block as GGML stores it, little-endian. If a block is not a whole
 * number of words, its scale is separate: `scales` u32 contains them by block, 1, 2 or 4 bytes each (`formats/<format>.ts`).
 * The header of `formats/<format>.wgsl` describes the words.
 */
export interface Weight {
  readonly format: WeightFormat;
  readonly rows: number;
  readonly columns: number;
  readonly codes: Tensor;
  readonly scales?: Tensor;
  /** Rows per binding if the whole matrix is too large for one: `bindableRows`. Absent: all. */
  readonly partRows?: number;
}

/** Values that may change between submissions of a plan without re-recording it. */
export interface Variables {
  /** Active rows (tokens) of this submission: at most the capacity that the plan was recorded for. */
  readonly rows: number;
}

export type Constants = Readonly<Record<string, number>>;
export type Buffers = Readonly<Record<string, ElementArray>>;

/** One WGSL implementation of an operator. */
export interface Variant {
  readonly name: string;
  /** Default: `float32`; another is used only for calls that allow it. int8 products are an operator of their own. */
  readonly computeDtype?: Exclude<ComputeDtype, 'int8'>;
  /** Whether the variant can run on a device with these features, for these constants. Absent: always. */
  readonly supports?: (features: ReadonlySet<string>, constants: Constants) => boolean;
  /** The module's source. Bindings are @group(0) @binding(i) in the order of `Operator.bindings`; entry point `main`. */
  readonly source: (constants: Constants) => string;
  /** Values of the module's `override` constants. */
  readonly overrides?: (constants: Constants) => Record<string, number>;
  /**
   * Words of a uniform buffer, a multiple of 4, at the binding after the operator's own. For shapes: unlike with `overrides`, calls
   * that differ only in these share one pipeline, and compiling one takes up to half a second.
   */
  readonly parameters?: (constants: Constants) => Uint32Array<ArrayBuffer>;
  readonly workgroups: (constants: Constants, variables: Variables) => readonly [number, number, number];
}

/** Inputs on which the variants of an operator are compared or timed. */
export interface OperatorSample {
  readonly constants: Constants;
  readonly rows: number;
  /** Contents of tensors. By default, inputs are the call's own tensors and outputs are zeros of the same length. */
  readonly tensors: Readonly<Record<string, ElementArray>>;
  /** The leading fraction of the call's own tensors that is read. Default: 1. */
  readonly share?: number;
}

/** How the variants of an operator are tried on a device before one is chosen: see `webgpu/autotune.ts`. */
export interface OperatorProbe {
  /** Calls with equal keys use the same variant: the shape, without anything that affects neither speed nor code path. */
  readonly shape: (call: OperatorCall) => string;
  /** Small inputs that cover the edges: each variant's results are compared with the reference's. */
  readonly checks: (call: OperatorCall) => readonly OperatorSample[];
  /** Inputs of the call's own size, for timing. */
  readonly load: (call: OperatorCall) => OperatorSample;
}

/**
 * A kernel: one formula, its plain TypeScript reference, and its WGSL variants. The first supported variant is used, unless there is a
 * `probe` and a device worth tuning: then the fastest correct one.
 * A kernel that needs `rows` on the device binds the tensor `step` (u32 [4], word 0 = rows), which every plan uploads.
 */
export interface Operator {
  readonly name: string;
  readonly bindings: readonly { readonly name: string; readonly access: 'read' | 'write' }[];
  readonly reference: (buffers: Buffers, constants: Constants, variables: Variables) => void;
  readonly variants: readonly Variant[];
  readonly probe?: OperatorProbe;
}

/** One operator applied to tensors, with its shapes and other numbers as constants. */
export interface OperatorCall {
  readonly operator: Operator;
  readonly tensors: Readonly<Record<string, Tensor | TensorRange>>;
  readonly constants: Constants;
  /** A compute dtype that is allowed besides f32. */
  readonly computeDtype?: ComputeDtype;
}

/** A recorded list of calls: pipelines and bind groups are built once. */
export interface Plan {
  readonly label: string;
}

/** The time of one call of a plan. */
export interface OperatorTime {
  readonly operator: string;
  readonly variant: string;
  readonly constants: Constants;
  readonly milliseconds: number;
}

/** Objects created since the backend started; tests assert that decoding creates none. */
export interface Counters {
  buffers: number;
  bindGroups: number;
  pipelines: number;
  submissions: number;
  allocatedBytes: number;
}

export interface SelectionOptions {
  /** The report of an earlier selection, used without measuring if device and kernels are still the same. */
  readonly remembered?: VariantReport | undefined;
  /** Time budget for measuring, in milliseconds; after it, the first correct variant is used. Default: 1,500. */
  readonly budget?: number | undefined;
  /** Stops measuring: `record` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each operator before it is tried. */
  readonly onProgress?: ((operator: string) => void) | undefined;
}

/** The choice of variants, which happens when a plan is recorded. */
export interface VariantSelection {
  /** Options for plans recorded from now on. Call the result when they are recorded: signal and progress end there. */
  begin(options: SelectionOptions): () => void;
  /** The choices and refusals so far. */
  report(): VariantReport;
}

export interface Backend {
  readonly kind: 'webgpu' | 'reference';
  /** The device's name for display, for example "SwiftShader" or "TypeScript reference". */
  readonly description: string;
  readonly counters: Readonly<Counters>;
  /** Resolves with a typed error when the device is lost; never for the reference. */
  readonly lost: Promise<Error>;
  /** Absent if there is nothing to choose. */
  readonly variants?: VariantSelection;
  /** A zeroed tensor. Throws `ENGINE_BUFFER_TOO_LARGE` above the device's limit for a buffer. */
  createTensor(label: string, type: ElementType, length: number): Tensor;
  upload(tensor: Tensor, data: ElementArray, elementOffset?: number): void;
  /** Reads elements back, after everything submitted before. */
  download(tensor: Tensor, range?: { readonly offset: number; readonly length: number }): Promise<ElementArray>;
  destroyTensor(tensor: Tensor): void;
  /**
   * Builds pipelines and bind groups for `calls`. Throws `ENGINE_SHADER_INVALID` with the compiler's message,
   * `ENGINE_BINDING_TOO_LARGE` if a call binds more than the device supports.
   */
  record(label: string, calls: readonly OperatorCall[]): Promise<Plan>;
  /** Runs a plan's calls in order. Returns at once; `download` waits. */
  submit(plan: Plan, variables: Variables): void;
  /** Runs a plan like `submit`, timing each call separately: slower as a whole. One entry per call, in order. */
  profile(plan: Plan, variables: Variables): Promise<OperatorTime[]>;
  destroyPlan(plan: Plan): void;
  destroy(): void;
}
