// Chooses the variant of an operator that computes a call on this device: the fastest whose results match the reference.
// Users of WebGPU most often report silently wrong results from quantised kernels, so every variant is checked on the device
// that will run it, on small inputs that cover the edges. If several are correct, they are timed at the call's size.
// A choice applies to all calls of the same shape, and callers can store it as plain data.
import { TributaryError } from '../../lib/errors.ts';
import type { Operator, OperatorCall, SelectionOptions, Variant, VariantSelection } from '../backend.ts';
import type { VariantChoice, VariantRefusal } from '../variantReport.ts';
import { openAutotuneTrial, type TrialDevice } from './autotuneTrial.ts';

export interface ChoosingDevice extends TrialDevice {
  /** The device's name, for error messages. */
  readonly description: string;
  /** Adapter, driver and browser in one text: choices apply to no other. */
  readonly identity: string;
  readonly features: ReadonlySet<string>;
}

export interface Autotuner {
  readonly selection: VariantSelection;
  /**
   * The variant for `call`. Throws `ENGINE_DEVICE_WRONG` if every variant computes wrong results or does not compile,
   * `ENGINE_OPERATOR_UNSUPPORTED` if the device supports no variant; rejects with the signal's reason when aborted.
   */
  choose(call: OperatorCall): Promise<Variant>;
}

/** Milliseconds to spend on timing a shape for the first time; a remembered choice costs nothing. */
const DEFAULT_BUDGET = 1_500;

/** FNV-1a over everything that the candidates are compiled from. */
function fingerprint(candidates: readonly Variant[], constants: OperatorCall['constants']): string {
  let hash = 0x811c9dc5;
  for (const { name, source, overrides } of candidates) {
    const text = `${name}\n${JSON.stringify(overrides?.(constants) ?? {})}\n${source(constants)}`;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The variants that may run: what the device supports, in f32 or the compute dtype that the call allows. */
export function supportedVariants(
  { operator, constants, computeDtype: allowed }: OperatorCall,
  features: ReadonlySet<string>,
): Variant[] {
  const candidates = operator.variants.filter(
    ({ supports, computeDtype = 'float32' }) =>
      (computeDtype === 'float32' || computeDtype === allowed) && (supports?.(features, constants) ?? true),
  );
  if (candidates.length > 0) return candidates;
  throw new TributaryError({
    code: 'ENGINE_OPERATOR_UNSUPPORTED',
    message: `This device has no way to compute "${operator.name}".`,
    facts: { operator: operator.name, constants: JSON.stringify(constants) },
    hint: 'This is a mistake in the program: report it with these details.',
  });
}

export function createAutotuner(device: ChoosingDevice): Autotuner {
  const { features, identity } = device;
  let options: SelectionOptions = {};
  let deadline = performance.now() + DEFAULT_BUDGET;
  const decided = new Map<Operator, Map<string, Promise<Variant>>>();
  const choices: VariantChoice[] = [];
  let refused: VariantRefusal[] = [];
  // Concurrent trials would disturb each other's timings.
  let queue: Promise<unknown> = Promise.resolve();

  /** An earlier choice among the same kernels on the same device, unless it could have been timed but was not. */
  function recall(
    operator: Operator,
    shape: string,
    print: string,
    candidates: readonly Variant[],
  ): Variant | undefined {
    const { remembered } = options;
    if (remembered?.device !== identity) return undefined;
    const choice = remembered.choices.find(
      (each) => each.operator === operator.name && each.shape === shape && each.fingerprint === print,
    );
    const variant = candidates.find(({ name }) => name === choice?.variant);
    if (choice === undefined || variant === undefined) return undefined;
    const old = remembered.refused.filter((each) => each.operator === operator.name && each.shape === shape);
    const left = candidates.length - old.length;
    if (left > 1 && !features.has('software') && !(variant.name in choice.milliseconds)) return undefined;
    choices.push(choice);
    refused.push(...old);
    return variant;
  }

  async function decide(call: OperatorCall, shape: string, candidates: readonly Variant[]): Promise<Variant> {
    const { operator, constants } = call;
    const { signal, onProgress } = options;
    const print = fingerprint(candidates, constants);
    const recalled = recall(operator, shape, print, candidates);
    if (recalled !== undefined) return recalled;
    signal?.throwIfAborted();
    onProgress?.(operator.name);

    // A trial that was aborted starts again.
    refused = refused.filter((each) => each.operator !== operator.name || each.shape !== shape);
    const refuse = ({ name }: Variant, reason: string): void => {
      refused.push({ operator: operator.name, shape, variant: name, reason });
    };
    // Software devices share the CPU with everything else, so their timings are noise; the list's order is tuned for them.
    const hasTime = (): boolean => !features.has('software') && performance.now() < deadline;
    const trial = openAutotuneTrial(device, call);
    try {
      const right: Variant[] = [];
      for (const variant of candidates) {
        signal?.throwIfAborted();
        if (right.length > 0 && !hasTime()) break;
        const reason = await trial.check(variant);
        if (reason === undefined) right.push(variant);
        else refuse(variant, reason);
      }
      const milliseconds: Record<string, number> = {};
      if (right.length > 1 && hasTime() && (await trial.prepareMeasuring())) {
        // The plainest variant is last; the others are measured against its results.
        for (const variant of [...right].reverse()) {
          signal?.throwIfAborted();
          if (!hasTime()) break;
          const outcome = await trial.measure(variant);
          if ('milliseconds' in outcome) {
            milliseconds[variant.name] = outcome.milliseconds;
          } else {
            refuse(variant, outcome.reason);
            right.splice(right.indexOf(variant), 1);
          }
        }
      }
      const [first] = right;
      if (first === undefined) throw allWrong(operator, shape);
      const measured = right.filter(({ name }) => name in milliseconds);
      // A single timing has nothing to be compared with.
      const chosen =
        measured.length < 2
          ? first
          : measured.reduce((best, each) =>
              (milliseconds[each.name] ?? 0) < (milliseconds[best.name] ?? 0) ? each : best,
            );
      choices.push({ operator: operator.name, shape, variant: chosen.name, fingerprint: print, milliseconds });
      return chosen;
    } finally {
      trial.end();
    }
  }

  function allWrong(operator: Operator, shape: string): TributaryError {
    const reasons = refused.filter((each) => each.operator === operator.name && each.shape === shape);
    return new TributaryError({
      code: 'ENGINE_DEVICE_WRONG',
      message: `The GPU "${device.description}" computes "${operator.name}" wrongly, in every way that there is.`,
      facts: {
        device: device.description,
        operator: operator.name,
        shape,
        refused: reasons.map(({ variant, reason }) => `${variant}: ${reason}`),
      },
      hint: 'Update the browser and the graphics driver, or compute on the CPU (settings, this device).',
    });
  }

  return {
    selection: {
      begin(next) {
        options = next;
        deadline = performance.now() + (next.budget ?? DEFAULT_BUDGET);
        return () => {
          if (options === next) options = { remembered: next.remembered };
        };
      },
      report: () => ({ device: identity, choices: [...choices], refused: [...refused] }),
    },
    async choose(call) {
      const { operator } = call;
      const candidates = supportedVariants(call, features);
      const [first] = candidates;
      if (operator.probe === undefined && first !== undefined) return first;
      const shape = operator.probe?.shape(call) ?? '';
      const key = `${shape} ${candidates.map(({ name }) => name).join()}`;
      const shapes = decided.get(operator) ?? new Map<string, Promise<Variant>>();
      decided.set(operator, shapes);
      const known = shapes.get(key);
      if (known !== undefined) return await known;
      const decision = queue.then(() => decide(call, shape, candidates));
      queue = decision.catch(() => undefined);
      shapes.set(key, decision);
      // After an abort or a device failure, the next recording tries again.
      decision.catch(() => shapes.delete(key));
      return await decision;
    },
  };
}
