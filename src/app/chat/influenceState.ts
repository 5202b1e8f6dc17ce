// The estimate of influence under way, and what went wrong with others, by message: for the answers on screen, without the code that
// estimates.
import { createSignal } from 'solid-js';
import type { InfluencePhase } from '../../workflows/answers/attributeAnswer.ts';

export interface InfluenceJob {
  readonly messageId: string;
  readonly phase: InfluencePhase;
}

const [influenceJob, setInfluenceJob] = createSignal<InfluenceJob | undefined>();
const [influenceFailures, setInfluenceFailures] = createSignal<ReadonlyMap<string, unknown>>(new Map());

export { influenceFailures, influenceJob, setInfluenceFailures, setInfluenceJob };
