import { expect, test } from 'vitest';
import { matchesArgs } from './matchesArgs.ts';
import { funded, word } from './testing/fakeChain.ts';

const record = { ...funded(3), blockNumber: 1 } as never;
const modelId = word(0xabc);
const ofModel = { args: { ...funded(3).args, modelId } } as never;

test('every argument that is given must be the one of the event', () => {
  expect(matchesArgs(record, undefined)).toBe(true);
  expect(matchesArgs(record, {})).toBe(true);
  expect(matchesArgs(record, { epoch: 3n })).toBe(true);
  expect(matchesArgs(record, { epoch: 4n })).toBe(false);
  expect(matchesArgs(record, { epoch: 3n, modelId: word(8) })).toBe(false);
  expect(matchesArgs(record, { epoch: 3n, modelId: word(7) })).toBe(true);
});

test('hexadecimal digits are the same in any letter case, on both sides', () => {
  const upper = `0x${modelId.slice(2).toUpperCase()}` as const;
  expect(matchesArgs(ofModel, { modelId: upper } as never)).toBe(true);
  expect(matchesArgs({ args: { modelId: upper } } as never, { modelId } as never)).toBe(true);
});
