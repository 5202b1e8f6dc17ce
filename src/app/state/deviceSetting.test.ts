import { expect, it } from 'vitest';
import { parseDeviceSetting } from './deviceSetting.ts';

it.each([
  ['processor', 'cpu'],
  ['cpu', 'cpu'],
  ['gpu', 'gpu'],
  ['automatic', 'automatic'],
  ['abacus', undefined],
  [undefined, undefined],
])('a stored device %s is %s', (stored, choice) => {
  expect(parseDeviceSetting(stored)).toBe(choice);
});
