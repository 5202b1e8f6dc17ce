import type { InfluencePhase } from '../../workflows/answers/attributeAnswer.ts';
import { t } from '../i18n/t.ts';

const keys = {
  index: 'chat.phaseIndex',
  gradient: 'chat.phaseGradient',
  rows: 'chat.phaseRows',
  receipt: 'chat.phaseReceipt',
  pay: 'chat.phasePay',
  announce: 'chat.phaseAnnounce',
} as const;

/** The step of the estimation, in words. */
export function influencePhaseText(phase: InfluencePhase): string {
  return t(keys[phase]);
}
