import { expect, test } from 'vitest';
import { parseConfig } from './config.ts';

test('a configuration of another shape is refused, with the place', () => {
  const refused = { code: 'APP_CONFIG_INVALID', facts: { path: 'models', problem: expect.any(String) } };
  expect(() => parseConfig({ models: 1 })).toThrow(expect.objectContaining(refused));
  expect(parseConfig({}).models).toEqual([]);
});
