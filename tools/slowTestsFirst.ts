// Orders test files so that the slowest start first and no worker is left alone with one of them at the end. On a fresh clone
// Vitest has no earlier timings and would sort by file size, which says little about shaders.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** By the time they take on two cores, longest first. */
export const slowTests: readonly string[] = [
  'src/engine/chat/engineChat.test.ts',
  'src/engine/kernels/linear/linear.test.ts',
  'workers/transformers.browser.test.ts',
  'library.browser.test.ts',
  'src/engine/createEngineService.test.ts',
  'src/engine/webgpu/autotune.test.ts',
  'src/engine/kernels/linearGradInput/linearGradInput.test.ts',
  'nodes/relay/relay.test.ts',
  'src/engine/variants.test.ts',
  'test/conformance/run.test.ts',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const found = slowTests.findIndex((name) => moduleId.endsWith(name));
  return found === -1 ? slowTests.length : found;
};

export class SlowTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
