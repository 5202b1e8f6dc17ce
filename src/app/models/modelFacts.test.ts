import { expect, it } from 'vitest';
import { formatParameters, isAddress } from './modelFacts.ts';

it.each([
  ['smollm2 instruct', false],
  ['qwen', false],
  ['HuggingFaceTB/SmolLM2-135M-Instruct', true],
  ['owner/name@v1.0', true],
  ['https://example.org/model.gguf', true],
  ['ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi', true],
  ['bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi', true],
  ['QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', true],
  ['Qmodel', false],
  ['what / is it', false],
])('%s is an address: %s', (text, expected) => {
  expect(isAddress(text)).toBe(expected);
});

it.each([
  [134_515_008, '135 M'],
  [1_543_714_304, '1.5 B'],
  [7_000_000_000, '7 B'],
  [12_345, '12,345'],
])('%i parameters are %s', (count, text) => {
  expect(formatParameters(count)).toBe(text);
});
