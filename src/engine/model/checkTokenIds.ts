import { TributaryError } from '../../lib/errors.ts';

/** Throws `ENGINE_TOKEN_INVALID` for an id outside the vocabulary, which would read beyond the embedding table. */
export function checkTokenIds(ids: readonly number[], vocabularySize: number): void {
  const foreign = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
  if (foreign === undefined) return;
  throw new TributaryError({
    code: 'ENGINE_TOKEN_INVALID',
    message: 'A token id is not in the vocabulary of this model.',
    facts: { id: foreign, vocabularySize },
    hint: 'Use the tokenizer that belongs to the model.',
  });
}
