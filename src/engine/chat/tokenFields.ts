import type { ChatField } from './types.ts';

/** The fields that sampling supports for any model that exposes its logits (`sampleTokens`, `answerChat`). */
export const tokenFields: readonly ChatField[] = [
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'logprobs',
  'top_logprobs',
  'response_format',
];
