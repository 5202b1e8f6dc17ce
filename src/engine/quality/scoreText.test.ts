import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createSession } from '../model/createSession.ts';
import { loadModel } from '../model/loadModel.ts';
import { openModelFile } from '../openModelFile.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { scoredTokens, scoreText } from './scoreText.ts';

const name = path.join(import.meta.dirname, '../../../test/golden/engine-architectures/tiny-gemma2.gguf');
const file = await openModelFile([{ name, blob: await openAsBlob(name) }]);
const model = await loadModel(createReferenceBackend(), file, { contextLength: 8 });
const session = createSession(model);
const ids = [5, 9, 200, 31, 7, 7, 90, 12, 300, 41, 2];

/** Log probabilities of a window's ids after its first. */
async function expected(window: readonly number[]): Promise<number[]> {
  session.truncate(0);
  const size = model.config.vocabularySize;
  const logits = await session.forwardAllLogits(window.slice(0, -1));
  return window.slice(1).map((id, row) => {
    const values = logits.subarray(row * size, (row + 1) * size);
    return (values[id] as number) - Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
  });
}

test.each([
  [
    'after a beginning of each window every token',
    2,
    [
      [2, ...ids.slice(0, 7)],
      [2, ...ids.slice(7)],
    ],
  ],
  ['otherwise all but the first of each', undefined, [ids.slice(0, 8), ids.slice(8)]],
])('%s is scored', async (_, begin, windows) => {
  const { logProbabilities, perplexity } = await scoreText(session, ids, { begin });
  const scores: number[] = [];
  for (const window of windows) scores.push(...(await expected(window)));
  expect(logProbabilities).toHaveLength(scoredTokens(ids.length, 8, begin));
  expect(logProbabilities).toHaveLength(scores.length);
  for (const [index, score] of scores.entries()) expect(logProbabilities[index]).toBeCloseTo(score, 4);
  expect(perplexity).toBeCloseTo(Math.exp(-scores.reduce((sum, score) => sum + score, 0) / scores.length), 2);
});
