// Without a chain in the configuration, what needs one says so.
import { expect, test } from 'vitest';
import { setConfig } from './config.ts';
import { settlement } from './settlement.ts';

test('a copy of the app without a chain refuses to settle', async () => {
  setConfig({});
  await expect(settlement()).rejects.toMatchObject({ code: 'APP_NO_CHAIN' });
});
