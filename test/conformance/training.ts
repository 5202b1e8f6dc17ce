// Golden training runs (`training/<case>`) and row gradients (`influence/scores`) against this build: losses, norms and
// gradients of steps 1 and 10, the final adapter, and the gradient of each row alone and in unmixed batches.
import type { Backend } from '../../src/engine/backend.ts';
import { influenceErrors, openInfluenceCase, runTrainingCase } from '../../src/engine/testing/trainingCase.ts';
import type { CasesOfFolder, ConformanceCase, Measured } from './conformanceCase.ts';
import { hasFiles } from './goldenFiles.ts';
import { unsupportedReason } from './modelFolder.ts';
import { operatorCases } from './trainingOperators.ts';

async function* trainingCases(folder: string, backend: Backend): AsyncGenerator<ConformanceCase> {
  // One run gives all figures; it starts with the first case that asks.
  let running: ReturnType<typeof runTrainingCase> | undefined;
  const errors = (): ReturnType<typeof runTrainingCase> => {
    running ??= runTrainingCase(folder, backend);
    return running;
  };
  const measure = (
    name: string,
    tolerance: number,
    pick: (of: Awaited<ReturnType<typeof errors>>) => number | undefined,
  ) => ({
    name,
    run: async (): Promise<Measured> => ({ error: pick(await errors()) ?? Number.NaN, tolerance }),
  });
  yield measure('loss of each step', 1e-4, ({ loss }) => loss);
  yield measure('gradient norm of each step', 1e-4, ({ gradientNorm }) => gradientNorm);
  yield measure('gradients of step 1', 1e-4, ({ gradients1 }) => gradients1);
  yield measure('gradients of step 10', 1e-3, ({ gradients10 }) => gradients10);
  yield measure('final adapter', 1e-3, ({ final }) => final);
}

async function* influenceCases(folder: string, backend: Backend): AsyncGenerator<ConformanceCase> {
  const measure = (name: string, options: { count: number; slots: number }): ConformanceCase => ({
    name,
    run: async () => {
      const opened = await openInfluenceCase(folder, backend);
      const { gradient, loss } = await influenceErrors(opened, options);
      opened.model.destroy();
      const rows = Math.min(options.count, opened.rows.length);
      return { error: Math.max(gradient, loss), tolerance: 1e-4, note: `${rows} rows` };
    },
  });
  yield measure('row gradients in batches', { count: Number.POSITIVE_INFINITY, slots: 16 });
  yield measure('row gradients one by one', { count: 20, slots: 1 });
}

export const cases: CasesOfFolder = async function* (folder, backend) {
  if (hasFiles(folder, 'index.json', 'optimizer.json', 'schedules.json')) yield* operatorCases(folder, backend);
  if (hasFiles(folder, 'data.json', 'metrics.json', 'gradients.safetensors', 'base/config.json')) {
    if (!hasFiles(folder, 'adapter_init/adapter_model.safetensors')) {
      yield { name: 'training', run: async () => ({ unsupported: 'this build trains adapters, not all parameters' }) };
      return;
    }
    const reason = await unsupportedReason(() => runTrainingCase(folder, backend, { steps: 0 }));
    if (reason !== undefined) yield { name: 'training', run: async () => ({ unsupported: reason }) };
    else yield* trainingCases(folder, backend);
  }
  if (hasFiles(folder, 'rows.json', 'gradients.safetensors', 'adapter/adapter_model.safetensors', 'base/config.json')) {
    yield* influenceCases(folder, backend);
  }
};
