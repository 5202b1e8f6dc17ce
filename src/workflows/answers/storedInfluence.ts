// What the influence panel shows of one answer, in a form that survives storage.
import type { Attribution, AttributionEvaluation, AttributionPolicy } from '../../attribution/index.ts';

export interface StoredInfluence {
  readonly attribution: Omit<Attribution, 'sketch'>;
  /** The words of each span, in the order of `attribution.spans`. */
  readonly spanTexts: readonly string[];
  readonly index: {
    readonly rowCount: number;
    readonly placeboCount: number;
    readonly sketchSize: number;
    readonly policy: AttributionPolicy;
    readonly evaluation: AttributionEvaluation | null;
  };
  /** Names of contributors by lower-case address, where the Datanet gives them. */
  readonly names: Readonly<Record<string, string>>;
  /** The model was given earlier turns too, but only the last question was attributed. */
  readonly manyTurns: boolean;
}
