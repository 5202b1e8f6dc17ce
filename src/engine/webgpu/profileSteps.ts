// Times each dispatch of a plan on the device. Otherwise the plan runs as usual, with the same results.
import type { OperatorTime, Variables } from '../backend.ts';
import { type Step, timePasses } from './timePasses.ts';

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs `steps` in order and times each, in milliseconds. Browsers round the device's clock to 0.1 ms, so sum several runs. */
export async function profileSteps(
  device: GPUDevice,
  steps: readonly Step[],
  variables: Variables,
): Promise<OperatorTime[]> {
  const [first] = steps;
  if (first === undefined) return [];
  // By the host's clock even an empty submission takes a while: subtract the round trip.
  const empty = Array.from({ length: 9 }, () => ({ step: first, repeats: 0 }));
  const overhead = median(await timePasses(device, empty, variables));
  const times = await timePasses(
    device,
    steps.map((step) => ({ step, repeats: 1 })),
    variables,
  );
  return steps.map(({ operator, variant, constants }, index) => {
    const milliseconds = Math.max(0, (times[index] ?? 0) - overhead);
    return { operator, variant, constants, milliseconds };
  });
}
