// Tries the variants of one call on a device: do they match the reference, and how long do they take?
// The call's own tensors are only read; results go to the trial's own tensors.
import { TributaryError } from '../../lib/errors.ts';
import type {
  Backend,
  Buffers,
  ElementArray,
  ElementType,
  OperatorCall,
  OperatorSample,
  Tensor,
  TensorRange,
  Variables,
  Variant,
} from '../backend.ts';
import { type Step, timePasses } from './timePasses.ts';

/** The parts of the backend that a trial uses. */
export interface TrialDevice extends Pick<Backend, 'createTensor' | 'upload' | 'download' | 'destroyTensor'> {
  readonly device: GPUDevice;
  /** Throws `ENGINE_SHADER_INVALID` if the variant does not compile. */
  step(plan: string, call: OperatorCall, variant: Variant): Promise<Step>;
}

export interface AutotuneTrial {
  /** Why the variant is wrong; undefined if it is correct. */
  check(variant: Variant): Promise<string | undefined>;
  /** Must precede `measure`. Returns false if the device lacks the memory for it. */
  prepareMeasuring(): Promise<boolean>;
  /** Milliseconds of the call at its own size, or a reason if the result differs from that of the first measured variant. */
  measure(variant: Variant): Promise<{ readonly milliseconds: number } | { readonly reason: string }>;
  end(): void;
}

/**
 * Maximum difference from the reference, relative to its largest value. Summing some ten thousand products in another order
 * stays below a hundredth of the first tolerance; a wrong index or a missed edge is far above the last.
 */
const tolerances: Readonly<Record<NonNullable<Variant['computeDtype']>, number>> = { float32: 1e-4, float16: 2e-2 };

type Results = Readonly<Record<string, ElementArray>>;

function typeOf(data: ElementArray): ElementType {
  if (data instanceof Float32Array) return 'f32';
  return data instanceof Uint32Array ? 'u32' : 'i32';
}

function zeros(type: ElementType, length: number): ElementArray {
  if (type === 'f32') return new Float32Array(length);
  return type === 'u32' ? new Uint32Array(length) : new Int32Array(length);
}

const wholeOf = (operand: Tensor | TensorRange): TensorRange =>
  'tensor' in operand ? operand : { tensor: operand, offset: 0, length: operand.length };

/** A description if two results differ by more than `tolerance` of the largest expected value; integers must be equal. */
function difference(expected: Results, actual: Results, tolerance: number): string | undefined {
  for (const [name, wanted] of Object.entries(expected)) {
    const given = actual[name];
    let largest = 0;
    let distance = 0;
    let place = -1;
    for (const [index, value] of wanted.entries()) {
      // NaN weights yield NaN results, which say nothing about the kernel.
      if (!Number.isFinite(value)) continue;
      largest = Math.max(largest, Math.abs(value));
      const apart = Math.abs((given?.[index] ?? Number.NaN) - value);
      if (apart <= distance) continue;
      distance = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
      place = index;
    }
    const allowed = wanted instanceof Float32Array ? tolerance * (largest === 0 ? 1 : largest) : 0;
    if (distance > allowed) return `${name}[${place}] is ${given?.[place]} instead of ${wanted[place]}`;
  }
  return undefined;
}

/** The sample's tensors on the device. Call `reset` before each variant, so that all start from the same contents. */
function placeSample(device: TrialDevice, call: OperatorCall, sample: OperatorSample) {
  const scratch = new Map<string, { readonly tensor: Tensor; readonly contents: ElementArray }>();
  const operands: Record<string, Tensor | TensorRange> = { ...call.tensors };
  for (const { name, access } of call.operator.bindings) {
    const operand = call.tensors[name];
    let contents = sample.tensors[name];
    if (contents === undefined && access === 'write' && operand !== undefined) {
      const { tensor, length } = wholeOf(operand);
      contents = zeros(tensor.type, length);
    }
    if (contents === undefined) continue;
    const tensor = device.createTensor(`trial ${call.operator.name} ${name}`, typeOf(contents), contents.length);
    scratch.set(name, { tensor, contents });
    device.upload(tensor, contents);
    operands[name] = tensor;
  }
  const written = call.operator.bindings.filter(({ access }) => access === 'write').map(({ name }) => name);
  return {
    call: { ...call, tensors: operands, constants: sample.constants } satisfies OperatorCall,
    variables: { rows: sample.rows } satisfies Variables,
    reset(): void {
      for (const name of written) {
        const place = scratch.get(name);
        if (place !== undefined) device.upload(place.tensor, place.contents);
      }
    },
    async results(): Promise<Results> {
      const entries = written.map(async (name) => {
        const place = scratch.get(name);
        return [name, place === undefined ? new Float32Array(0) : await device.download(place.tensor)] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    /** The reference's results for the same contents. */
    async expected(): Promise<Results> {
      const buffers: Record<string, ElementArray> = {};
      for (const { name } of call.operator.bindings) {
        const operand = operands[name];
        const place = scratch.get(name);
        if (place !== undefined) {
          buffers[name] = place.contents.slice() as ElementArray;
        } else if (operand !== undefined) {
          const { tensor, offset, length } = wholeOf(operand);
          const needed = Math.min(length, Math.ceil(length * (sample.share ?? 1)));
          buffers[name] = await device.download(tensor, { offset, length: needed });
        }
      }
      call.operator.reference(buffers satisfies Buffers, sample.constants, { rows: sample.rows });
      return Object.fromEntries(written.map((name) => [name, buffers[name] ?? new Float32Array(0)]));
    },
    end(): void {
      for (const { tensor } of scratch.values()) device.destroyTensor(tensor);
    },
  };
}

type PlacedSample = ReturnType<typeof placeSample>;

/** The variant as a step on the sample's tensors, run once; or the reason why that failed. */
async function firstRun(
  device: TrialDevice,
  { call, variables, reset }: PlacedSample,
  variant: Variant,
): Promise<{ readonly step: Step } | { readonly reason: string }> {
  let step: Step;
  try {
    step = await device.step('trial', call, variant);
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'ENGINE_SHADER_INVALID') {
      return { reason: `it does not compile: ${String(error.facts['details']).split('\n')[0]}` };
    }
    throw error;
  }
  reset();
  // Pushed and popped without awaiting in between, so that the scope covers only this submission.
  device.device.pushErrorScope('validation');
  const encoder = device.device.createCommandEncoder({ label: 'trial' });
  const pass = encoder.beginComputePass();
  pass.setPipeline(step.pipeline);
  pass.setBindGroup(0, step.bindGroup);
  pass.dispatchWorkgroups(...step.workgroups(variables));
  pass.end();
  device.device.queue.submit([encoder.finish()]);
  const problem = await device.device.popErrorScope();
  return problem === null ? { step } : { reason: `the device refused it: ${problem.message.split('\n')[0]}` };
}

/** A pass lasts some 3 ms, because browsers round the device's clock to 0.1 ms. */
const PASS_MILLISECONDS = 3;
/** A single run longer than this is measured once. */
const LONG_MILLISECONDS = 25;

async function timeStep(device: GPUDevice, step: Step, variables: Variables): Promise<number> {
  const time = (repeats: number, passes: number): Promise<number[]> =>
    timePasses(
      device,
      Array.from({ length: passes }, () => ({ step, repeats })),
      variables,
    );
  const [once = 0] = await time(1, 1);
  if (once > LONG_MILLISECONDS) return once;
  const few = 8;
  const [estimate = 0] = await time(few, 1);
  const repeats = Math.max(1, Math.min(256, Math.round((few * PASS_MILLISECONDS) / Math.max(estimate, 0.1))));
  const [, median = 0] = (await time(repeats, 3)).sort((a, b) => a - b);
  return median / repeats;
}

/** A trial of `call`, whose operator has a `probe`. Call `end` when done. */
export function openAutotuneTrial(device: TrialDevice, call: OperatorCall): AutotuneTrial {
  const { probe } = call.operator;
  const checks = (probe?.checks(call) ?? []).map((sample) => {
    const placed = placeSample(device, call, sample);
    return { placed, expected: placed.expected() };
  });
  // A rejection is thrown where it is awaited; if a check ends early, it must not go unhandled.
  for (const { expected } of checks) expected.catch(() => undefined);
  let load: PlacedSample | undefined;
  let agreed: Results | undefined;

  return {
    async check(variant) {
      const tolerance = tolerances[variant.computeDtype ?? 'float32'];
      for (const { placed, expected } of checks) {
        const wanted = await expected;
        const run = await firstRun(device, placed, variant);
        if ('reason' in run) return run.reason;
        const reason = difference(wanted, await placed.results(), tolerance);
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
    async prepareMeasuring() {
      if (probe === undefined) return false;
      // The call's own size may be large; without memory for a second set of results, nothing is timed.
      device.device.pushErrorScope('out-of-memory');
      load = placeSample(device, call, probe.load(call));
      return (await device.device.popErrorScope()) === null;
    },
    async measure(variant) {
      if (load === undefined) return { milliseconds: 0 };
      const run = await firstRun(device, load, variant);
      if ('reason' in run) return run;
      const results = await load.results();
      agreed ??= results;
      const reason = difference(agreed, results, tolerances[variant.computeDtype ?? 'float32']);
      if (reason !== undefined) return { reason: `${reason}, at its own size` };
      return { milliseconds: await timeStep(device.device, run.step, load.variables) };
    },
    end() {
      for (const { placed } of checks) placed.end();
      load?.end();
    },
  };
}
