import { expect, test } from 'vitest';
import { engineWith } from './engine.ts';

test('work for the answer of a model that is not loaded is refused, and loads nothing', async () => {
  await expect(engineWith('m')).rejects.toThrow(
    expect.objectContaining({ code: 'APP_MODEL_NOT_READY', facts: { model: 'm' } }),
  );
});
