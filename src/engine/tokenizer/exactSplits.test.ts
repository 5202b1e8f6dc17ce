import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { exactSplits } from './exactSplits.ts';

const golden = path.join(import.meta.dirname, '../../../test/golden/engine-splits/splits.json');
const { texts, cases } = JSON.parse(readFileSync(golden, 'utf8')) as {
  readonly texts: readonly string[];
  readonly cases: readonly {
    readonly pre_tokenizer: { readonly type: string };
    readonly pieces: readonly string[][];
  }[];
};

const tokenizerWith = (pre_tokenizer: object): Tokenizer => {
  const tokenizer = new Tokenizer(
    {
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer,
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', vocab: {}, merges: [] },
    },
    {},
  );
  exactSplits(tokenizer);
  return tokenizer;
};

test.each(cases)(
  '$pre_tokenizer.type, $pre_tokenizer.behavior, cuts texts as the Rust package does',
  ({ pre_tokenizer, pieces }) => {
    const { pre_tokenizer: part } = tokenizerWith(pre_tokenizer) as unknown as {
      readonly pre_tokenizer: { pre_tokenize_text(text: string): string[] };
    };
    // The library passes empty pieces to the model, which ignores them.
    expect(texts.map((text) => part.pre_tokenize_text(text).filter((piece) => piece !== ''))).toEqual(pieces);
  },
);

test('a behaviour outside the format is refused by name', () => {
  const split = { type: 'Split', pattern: { String: ' ' }, behavior: 'Mirrored', invert: false };
  expect(() => tokenizerWith(split)).toThrow(
    expect.objectContaining({ code: 'TOKENIZER_UNSUPPORTED', message: expect.stringContaining('Mirrored') }),
  );
});
