import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromRunRecord, toRunRecord } from './runRecord.ts';
import type { TrainingRun } from './trainingRun.ts';
import { PRESET_NAMES, presetSettings } from './trainingSettings.ts';

const count = fc.nat();
const runs: fc.Arbitrary<TrainingRun> = fc.record(
  {
    id: fc.string(),
    name: fc.string(),
    modelId: fc.string(),
    modelName: fc.string(),
    sources: fc.array(fc.record({ datanetId: fc.constantFrom('towns', 'seas'), source: fc.string(), rowCount: count })),
    settings: fc.constantFrom(...PRESET_NAMES).map((name) => presetSettings(name, 256)),
    rowsDigest: fc.string(),
    rowCount: count,
    status: fc.constantFrom('running', 'cancelled', 'failed', 'trained'),
    totalSteps: count,
    losses: fc
      .array(fc.double().map((loss) => [1, loss] as const))
      .map((all) => all.map(([, loss], at) => [at + 1, loss])),
    tokens: count,
    milliseconds: count,
    checkpointStep: count,
    createdAt: count,
    updatedAt: count,
    adapterId: fc.string(),
    error: fc.record({ code: fc.string(), message: fc.string(), hint: fc.string(), facts: fc.constant({}) }),
  },
  {
    requiredKeys: [
      'id',
      'name',
      'modelId',
      'modelName',
      'sources',
      'settings',
      'rowsDigest',
      'rowCount',
      'status',
      'totalSteps',
      'losses',
      'tokens',
      'milliseconds',
      'checkpointStep',
      'createdAt',
      'updatedAt',
    ],
  },
) as fc.Arbitrary<TrainingRun>;

test('a run comes back from its record as it went in, and the record lists each Datanet once', () => {
  fc.assert(
    fc.property(runs, (run) => {
      const record = toRunRecord(run);
      expect(fromRunRecord(record)).toEqual(run);
      expect(record.step).toBe(run.losses.length);
      expect(record.datanetIds).toEqual([...new Set(run.sources.map(({ datanetId }) => datanetId))]);
    }),
  );
});
