import { afterEach, expect, it } from 'vitest';
import { createRun, listRuns, type NewRun } from './training.ts';

const { createWritable } = FileSystemFileHandle.prototype;

afterEach(() => {
  FileSystemFileHandle.prototype.createWritable = createWritable;
});

it('a training whose adapter could not be kept is refused before it begins', async () => {
  // As in private windows of Firefox and Safari.
  Reflect.deleteProperty(FileSystemFileHandle.prototype, 'createWritable');
  const run: NewRun = {
    name: 'Tides',
    modelId: 'm',
    sources: [],
    settings: {} as NewRun['settings'],
    prepared: {} as NewRun['prepared'],
  };
  await expect(createRun(run)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(await listRuns()).toEqual([]);
});
