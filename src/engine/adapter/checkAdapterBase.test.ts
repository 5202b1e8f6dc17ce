import { describe, expect, test } from 'vitest';
import { checkAdapterBase } from './checkAdapterBase.ts';

const named = (name: string | null) => ({ base_model_name_or_path: name });
const different = expect.objectContaining({ code: 'ADAPTER_BASE_DIFFERENT' });

describe('an adapter’s base', () => {
  test.each([
    ['meta-llama/Llama-3.1-8B', 'meta-llama/Llama-3.1-8B'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'bartowski/Meta-Llama-3.1-8B-Instruct-GGUF'],
    ['unsloth/Llama-3.2-1B-Instruct-bnb-4bit', 'Llama 3.2 1B Instruct'],
    ['unsloth/llama-3-8b-unsloth-bnb-4bit', 'llama-3-8b.Q4_K_M.gguf'],
    ['/home/me/models/SmolLM2-135M/', 'HuggingFaceTB/SmolLM2-135M'],
    ['C:\\models\\SmolLM2-135M', 'SmolLM2_135M'],
  ])('%s is %s', (base, model) => {
    checkAdapterBase({ config: named(base), base: undefined, model: { names: ['other', model] } });
  });

  test.each([
    ['meta-llama/Llama-3.1-8B', ['meta-llama/Llama-3.1-8B-Instruct']],
    ['HuggingFaceTB/SmolLM2-135M', ['SmolLM2-135M-Instruct', 'SmolLM2-360M']],
    ['meta-llama/Llama-3.1-8B', []],
  ])('%s is none of %j', (base, names) => {
    expect(() => checkAdapterBase({ config: named(base), base: undefined, model: { names } })).toThrow(different);
  });

  test('a digest counts more than names', () => {
    const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
    checkAdapterBase({ config: named('a/x'), base: { sha256: one }, model: { names: ['y'], sha256: one } });
    expect(() =>
      checkAdapterBase({ config: named('a/x'), base: { sha256: one }, model: { names: ['x'], sha256: other } }),
    ).toThrow(different);
    checkAdapterBase({ config: named('a/x'), base: { sha256: one }, model: { names: ['x'] } });
    // Of a model without a digest nobody can say.
    expect(() => checkAdapterBase({ config: {}, base: { sha256: one }, model: { names: ['x'] } })).toThrow(different);
    checkAdapterBase({ config: {}, base: undefined, model: { sha256: one } });
  });

  test.each([null, ''])('that is not named (%j) is not asked about', (name) => {
    checkAdapterBase({ config: named(name), base: undefined, model: { names: ['x'] } });
    checkAdapterBase({ config: {}, base: undefined, model: {} });
  });
});
