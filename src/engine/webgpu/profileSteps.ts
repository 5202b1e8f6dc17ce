// How long each dispatch of a plan takes on the device: by its own clock (timestamp-query) where it has one, else by ours,
// each dispatch submitted and awaited apart. Apart from that the plan runs as usual and leaves the same results.
import type { Constants, OperatorTime, Variables } from '../backend.ts';

/** One dispatch of a recorded plan. */
export interface Step {
  readonly operator: string;
  readonly variant: string;
  readonly constants: Constants;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: (variables: Variables) => readonly [number, number, number];
}

/** A query set holds at most 4,096 timestamps, two a dispatch. */
const stepsPerSet = 2_048;
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function encode(
  encoder: GPUCommandEncoder,
  { pipeline, bindGroup, workgroups }: Step,
  variables: Variables,
  timestampWrites?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass(timestampWrites === undefined ? {} : { timestampWrites });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...workgroups(variables));
  pass.end();
}

async function byDeviceClock(device: GPUDevice, steps: readonly Step[], variables: Variables): Promise<number[]> {
  const count = 2 * steps.length;
  const querySet = device.createQuerySet({ label: 'profile', type: 'timestamp', count });
  const size = count * 8;
  const resolved = device.createBuffer({
    label: 'profile',
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const readable = device.createBuffer({
    label: 'profile to read',
    size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder({ label: 'profile' });
  for (const [index, step] of steps.entries()) {
    encode(encoder, step, variables, {
      querySet,
      beginningOfPassWriteIndex: 2 * index,
      endOfPassWriteIndex: 2 * index + 1,
    });
  }
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, readable, 0, size);
  device.queue.submit([encoder.finish()]);
  try {
    await readable.mapAsync(GPUMapMode.READ);
    const nanoseconds = new BigUint64Array(readable.getMappedRange().slice(0));
    // Clocks may step back between power states: such a measurement says nothing.
    return steps.map((_, index) => {
      const [start = 0n, end = 0n] = nanoseconds.subarray(2 * index, 2 * index + 2);
      return end > start ? Number(end - start) / 1e6 : 0;
    });
  } finally {
    querySet.destroy();
    resolved.destroy();
    readable.destroy();
  }
}

async function byOwnClock(device: GPUDevice, steps: readonly Step[], variables: Variables): Promise<number[]> {
  async function timed(step?: Step): Promise<number> {
    const encoder = device.createCommandEncoder({ label: 'profile' });
    if (step !== undefined) encode(encoder, step, variables);
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - started;
  }
  // What an empty submission takes is the way there and back, not the work.
  const empty: number[] = [];
  while (empty.length < 9) empty.push(await timed());
  const overhead = median(empty);
  const times: number[] = [];
  for (const step of steps) times.push(Math.max(0, (await timed(step)) - overhead));
  return times;
}

/** Runs `steps` in order and measures each. Milliseconds; browsers round the device's clock to 0.1 ms, so sum several runs. */
export async function profileSteps(
  device: GPUDevice,
  steps: readonly Step[],
  variables: Variables,
): Promise<OperatorTime[]> {
  const measure = device.features.has('timestamp-query') ? byDeviceClock : byOwnClock;
  const times: OperatorTime[] = [];
  for (let done = 0; done < steps.length; done += stepsPerSet) {
    const part = steps.slice(done, done + stepsPerSet);
    const milliseconds = await measure(device, part, variables);
    for (const [index, { operator, variant, constants }] of part.entries()) {
      times.push({ operator, variant, constants, milliseconds: milliseconds[index] ?? 0 });
    }
  }
  return times;
}
