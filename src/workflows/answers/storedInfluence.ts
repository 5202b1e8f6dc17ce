// What the influence panel shows of one answer, in a form that survives storage.
import type { Attribution, AttributionEvaluation, AttributionPolicy } from '../../attribution/index.ts';

export interface StoredInfluence {
  /** `evidence` is absent from answers of earlier versions. */
  readonly attribution: Omit<Attribution, 'sketch' | 'evidence'> & Partial<Pick<Attribution, 'evidence'>>;
  /** The whole words of each span, in the order of `attribution.spans`; those that it cuts are left out, so that it may be "". */
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
