// The loaded model's perplexity on a text, compared with that of the unquantised weights.
import { TributaryError } from '../../lib/errors.ts';
import type { CallContext } from '../../lib/rpc.ts';
import { openModelFile } from '../openModelFile.ts';
import { storedChoices } from '../quant/quantizationChoices.ts';
import type { ModelManager } from '../runtime/createModelManager.ts';
import type { QualityProgress, QualityReport, QualityRequest } from '../service.ts';
import { compareScores } from './compareScores.ts';
import { scoredTokens, scoreText } from './scoreText.ts';

/** Throws `ENGINE_TEXT_TOO_SHORT`, `ENGINE_REFERENCE_FOREIGN`, and the errors of loading the reference. */
export async function measureQuality(
  models: ModelManager,
  { text, reference }: QualityRequest,
  context: CallContext,
): Promise<QualityReport> {
  const { signal } = context;
  const report = (value: QualityProgress): void => context.progress(value);
  const { model, session } = await models.ready(context);
  const { tokenizer } = models.text();
  const ids = tokenizer.encode(text);
  // Gemma predicts a text badly unless it begins with this token.
  const [begin] = tokenizer.beginIds;
  if (scoredTokens(ids.length, session.contextLength, begin) < 1) {
    throw new TributaryError({
      code: 'ENGINE_TEXT_TOO_SHORT',
      message: 'This text is too short to measure anything on.',
      facts: { tokens: ids.length },
      hint: 'Give some sentences at least.',
    });
  }
  session.useAdapter(undefined);
  const score = await scoreText(session, ids, {
    begin,
    signal,
    onProgress: (done, total) => report({ phase: 'model', done, total }),
  });
  if (reference === undefined) return compareScores(score);

  const file = await openModelFile(reference.files);
  const { vocabularySize } = model.config;
  if (file.config.vocabularySize !== vocabularySize) {
    throw new TributaryError({
      code: 'ENGINE_REFERENCE_FOREIGN',
      message: 'The unquantised weights are of another model: their vocabulary has another size.',
      facts: { model: vocabularySize, reference: file.config.vocabularySize },
      hint: 'Choose the files that the model was made from.',
    });
  }
  const { device } = models.request;
  const { contextLength } = session;
  const request = { ...reference, contextLength, choices: storedChoices, ...(device === undefined ? {} : { device }) };
  const expected = await models.withTemporaryModel(request, file, signal, async (other) => {
    const scored = await scoreText(other, ids, {
      begin,
      signal,
      onProgress: (done, total) => report({ phase: 'reference', done, total }),
    });
    report({ phase: 'restore', done: 0, total: 1 });
    return scored;
  });
  return compareScores(score, expected);
}
