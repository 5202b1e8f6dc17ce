// The quality report: the cost of quantisation, measured on a text.
import type { QualityReport } from '../service.ts';
import type { TextScore } from './scoreText.ts';

/** The report of a model's score, compared with that of the unquantised weights if given. */
export function compareScores(score: TextScore, reference?: TextScore): QualityReport {
  const tokens = score.best.length;
  const own = { tokens, perplexity: score.perplexity };
  if (reference === undefined) return own;
  const agreed = score.best.reduce((count, id, index) => count + Number(id === reference.best[index]), 0);
  return {
    ...own,
    reference: {
      perplexity: reference.perplexity,
      difference: score.perplexity - reference.perplexity,
      agreement: agreed / tokens,
    },
  };
}
