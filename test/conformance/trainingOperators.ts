// Golden backward operators (`training/ops`): every case of `index.json`, the optimiser's steps and the schedules.
import path from 'node:path';
import type { Backend } from '../../src/engine/backend.ts';
import { readSafetensors } from '../../src/engine/testing/readSafetensors.ts';
import type { ConformanceCase } from './conformanceCase.ts';
import { readJson } from './goldenFiles.ts';
import {
  type GoldenOperator,
  type OptimizerCase,
  operatorError,
  operatorTolerance,
  optimizerError,
  type ScheduleCase,
  scheduleError,
} from './operatorErrors.ts';

/** All cases of a folder like `training/ops`. */
export async function* operatorCases(folder: string, backend: Backend): AsyncGenerator<ConformanceCase> {
  const { cases } = readJson<{ cases: readonly GoldenOperator[] }>(folder, 'index.json');
  for (const golden of cases) {
    const name = golden.file.replace('.safetensors', '');
    const tolerance = operatorTolerance(golden.operator);
    if (tolerance === undefined) {
      yield { name, run: async () => ({ unsupported: `this runner has no operator ${golden.operator}` }) };
      continue;
    }
    yield {
      name,
      run: async () => ({
        error: await operatorError(golden, readSafetensors(path.join(folder, golden.file)), backend),
        tolerance,
      }),
    };
  }
  const optimizer = readJson<{ cases: readonly OptimizerCase[] }>(folder, 'optimizer.json');
  for (const [index, golden] of optimizer.cases.entries()) {
    yield {
      name: `AdamW and clipping ${index}`,
      run: async () => ({ error: await optimizerError(golden, backend), tolerance: 1e-5 }),
    };
  }
  for (const golden of readJson<{ schedules: readonly ScheduleCase[] }>(folder, 'schedules.json').schedules) {
    const name = `schedule ${golden.name}, warm-up ${golden.warmup_steps} of ${golden.total_steps}`;
    yield { name, run: async () => ({ error: scheduleError(golden), tolerance: 1e-12 }) };
  }
}
