// Times dispatches on a device: by its own clock (timestamp-query) if it has one, otherwise by the host's clock, with each pass
// submitted and awaited separately.
import type { Constants, Variables } from '../backend.ts';

/** One dispatch of a recorded plan. */
export interface Step {
  readonly operator: string;
  readonly variant: string;
  readonly constants: Constants;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: (variables: Variables) => readonly [number, number, number];
}

/** One step, `repeats` times in a row. */
export interface TimedPass {
  readonly step: Step;
  readonly repeats: number;
}

/** A query set holds at most 4,096 timestamps, two per pass. */
const PASSES_PER_SET = 2_048;

function encode(
  encoder: GPUCommandEncoder,
  { step, repeats }: TimedPass,
  variables: Variables,
  timestampWrites?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass(timestampWrites === undefined ? {} : { timestampWrites });
  pass.setPipeline(step.pipeline);
  pass.setBindGroup(0, step.bindGroup);
  for (let done = 0; done < repeats; done += 1) pass.dispatchWorkgroups(...step.workgroups(variables));
  pass.end();
}

async function byDeviceClock(device: GPUDevice, passes: readonly TimedPass[], variables: Variables): Promise<number[]> {
  const count = 2 * passes.length;
  const querySet = device.createQuerySet({ label: 'times', type: 'timestamp', count });
  const size = count * 8;
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const resolved = device.createBuffer({ label: 'times', size, usage: QUERY_RESOLVE | COPY_SRC });
  const readable = device.createBuffer({ label: 'times to read', size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder({ label: 'times' });
  for (const [index, pass] of passes.entries()) {
    const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * index, 2 * index + 1];
    encode(encoder, pass, variables, { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex });
  }
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, readable, 0, size);
  device.queue.submit([encoder.finish()]);
  try {
    await readable.mapAsync(GPUMapMode.READ);
    const nanoseconds = new BigUint64Array(readable.getMappedRange().slice(0));
    // Clocks may step back between power states; such a measurement is discarded.
    return passes.map((_, index) => {
      const [start = 0n, end = 0n] = nanoseconds.subarray(2 * index, 2 * index + 2);
      return end > start ? Number(end - start) / 1e6 : 0;
    });
  } finally {
    querySet.destroy();
    resolved.destroy();
    readable.destroy();
  }
}

async function byOwnClock(device: GPUDevice, passes: readonly TimedPass[], variables: Variables): Promise<number[]> {
  const times: number[] = [];
  for (const pass of passes) {
    const encoder = device.createCommandEncoder({ label: 'times' });
    encode(encoder, pass, variables);
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    times.push(performance.now() - started);
  }
  return times;
}

/** Runs the passes in order and returns the milliseconds of each. */
export async function timePasses(
  device: GPUDevice,
  passes: readonly TimedPass[],
  variables: Variables,
): Promise<number[]> {
  const time = device.features.has('timestamp-query') ? byDeviceClock : byOwnClock;
  const times: number[] = [];
  for (let done = 0; done < passes.length; done += PASSES_PER_SET) {
    times.push(...(await time(device, passes.slice(done, done + PASSES_PER_SET), variables)));
  }
  return times;
}
