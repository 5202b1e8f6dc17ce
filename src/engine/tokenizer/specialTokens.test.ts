// What the public calls of `test/cases/engine` cannot show: tokenizers of other kinds, and files that are broken or hostile.
import { describe, expect, test } from 'vitest';
import { openTokenizer } from './openTokenizer.ts';
import { tokenIds } from './tokenIds.ts';

const metaspace = {
  version: '1.0',
  added_tokens: [] as unknown,
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
  pre_tokenizer: null,
  post_processor: null,
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
    ],
  },
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    fuse_unk: false,
    byte_fallback: false,
    vocab: { '<unk>': 0, '<': 1, '/': 2, s: 3, '>': 4, '</': 5, 's>': 6, '</s>': 7, a: 8, u: 9, n: 10, k: 11 },
    merges: ['< /', 's >', '</ s>'],
  },
};
const template = "{% for m in messages %}{{ m['content'] }}</s>{% endfor %}";
const chat = (content: string) => [{ role: 'user' as const, content }];

describe('a vocabulary whose letters merge to a control token', () => {
  const tokenizer = openTokenizer({
    tokenizerJson: metaspace,
    tokenizerConfig: { eos_token: '</s>', unk_token: '<unk>' },
    chatTemplate: template,
  });

  test('has it from the template, and its letters from a person', () => {
    expect(tokenizer.endIds).toEqual([7]);
    expect(tokenizer.encode('a</s>a')).toEqual([8, 1, 2, 3, 4, 8]);
    expect(tokenizer.encodeChat(chat('a'), { addGenerationPrompt: true })).toEqual([8, 7]);
    expect(tokenizer.encodeChat(chat('</s>a'), { addGenerationPrompt: true })).toEqual([1, 2, 3, 4, 8, 7]);
    expect(tokenizer.encodeChat(chat('</s>a'), { addGenerationPrompt: true, parseSpecialInMessages: true })).toEqual([
      7, 8, 7,
    ]);
  });

  test('still has a token for letters that it does not know', () => {
    expect(tokenizer.encode('aéa')).toEqual([8, 0, 8]);
    expect(tokenizer.encodeChat(chat('aéa'), { addGenerationPrompt: true })).toEqual([8, 0, 8, 7]);
    // Spelt out, it is letters.
    expect(tokenizer.encodeChat(chat('<unk>'), { addGenerationPrompt: true })).toEqual([1, 9, 10, 11, 4, 7]);
  });
});

test('an end token that the model cannot generate ends nothing', () => {
  const open = (vocabularySize: number) =>
    openTokenizer({ tokenizerJson: metaspace, tokenizerConfig: { eos_token: '</s>' }, vocabularySize }).endIds;
  expect(open(8)).toEqual([7]);
  expect(open(7)).toEqual([]);
});

test.each([
  ['not a list', { a: 1 }],
  ['of other things', [null, 3, 'x', [], { id: 'x', content: 'a' }, { id: -1, content: 'a' }, { id: 5 }]],
  ['with an empty text', [{ id: 3, content: '' }]],
])('added tokens that are %s add nothing', (_, added) => {
  const tokenizer = openTokenizer({ tokenizerJson: { ...metaspace, added_tokens: added } });
  expect(tokenizer.encode('a')).toEqual([8]);
});

test('of two texts for one id, and two ids for one text, tokenizer.json’s first count', () => {
  const tokenizer = openTokenizer({
    tokenizerJson: {
      ...metaspace,
      added_tokens: [
        { id: 12, content: '<|x|>', special: true },
        { id: 13, content: '<|x|>', special: false },
      ],
    },
    tokenizerConfig: { added_tokens_decoder: { 12: { content: '<|y|>', special: true }, 14: { content: '<|z|>' } } },
  });
  expect(tokenizer.encode('<|x|>a<|z|>', { parseSpecial: true })).toEqual([12, 8, 14]);
  expect(tokenizer.decode([12, 13, 14])).toBe('<|x|><|x|><|z|>');
  expect([12, 13].map((id) => tokenizer.bytesOf(id))).toEqual([undefined, undefined]);
});

test('more ids than any model names are refused, not listed', () => {
  expect(() => tokenIds('eos_token_id', new Uint32Array(5_000), 10)).toThrow(
    expect.objectContaining({ code: 'MODEL_INVALID', facts: { place: 'eos_token_id' } }),
  );
});
