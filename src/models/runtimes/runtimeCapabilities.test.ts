import { expect, it } from 'vitest';
import { tokenFields } from '../../engine/index.ts';
import { runtimeCapabilities } from './runtimeCapabilities.ts';

it('names what the engine computes, and nothing that it does not', () => {
  expect(runtimeCapabilities('transformers').chatFields).toEqual(tokenFields);
  expect(runtimeCapabilities('tributary').chatFields).toEqual([...tokenFields, 'adapterId']);
  for (const field of runtimeCapabilities('webLlm').chatFields) expect(tokenFields).toContain(field);
});
