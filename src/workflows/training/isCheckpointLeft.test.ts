import { expect, test } from 'vitest';
import type { RunRecord } from '../../store/index.ts';
import { isCheckpointLeft } from './isCheckpointLeft.ts';

const run = (state: RunRecord['state']): RunRecord => ({ state }) as RunRecord;
const made = (...names: string[]) => ({ files: names.map((name) => ({ name, bytes: 1, sha256: '' })) });

test('of a run: left when it was deleted or has ended, not while it can go on or cannot be read', () => {
  const left = (of: RunRecord | 'absent' | 'unreadable') => isCheckpointLeft({ of: 'run', run: of, adapter: 'absent' });
  expect([left('absent'), left(run('done'))]).toStrictEqual([true, true]);
  for (const state of ['running', 'paused', 'failed', 'cancelled'] as const)
    expect(left(run(state)), state).toBe(false);
  expect(left('unreadable')).toBe(false);
});

test('of an index: left once it is built, or its adapter or run is gone', () => {
  const left = (
    adapter: Parameters<typeof isCheckpointLeft>[0]['adapter'],
    of: RunRecord | 'absent' | 'unreadable' = run('done'),
  ) => isCheckpointLeft({ of: 'index', run: of, adapter });
  expect(left(made('adapter_model.safetensors'))).toBe(false);
  expect(left(made('adapter_model.safetensors', 'index.cbor'))).toBe(true);
  expect(left('absent')).toBe(true);
  expect(left('unreadable')).toBe(false);
  expect(left(made(), 'absent')).toBe(true);
  expect(left(made('index.cbor'), 'unreadable')).toBe(false);
});
