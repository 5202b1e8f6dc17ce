import type { ChatField } from '../../engine/index.ts';
import type { RuntimeCapabilities, RuntimeName } from './types.ts';

/** As the engine's own `TOKEN_FIELDS`: a value of it here would bring the engine into every page that lists models. */
const TOKEN_FIELDS: readonly ChatField[] = [
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

const CAPABILITIES: Readonly<Record<RuntimeName, RuntimeCapabilities>> = {
  tributary: {
    adapters: true,
    training: true,
    influence: true,
    recoversDevice: true,
    processor: true,
    chatFields: [...TOKEN_FIELDS, 'adapterId'],
  },
  webLlm: {
    adapters: false,
    training: false,
    influence: false,
    recoversDevice: false,
    processor: false,
    // Without `top_k` and `min_p`, which it does not support, and `logprobs`, which it computes after the temperature.
    chatFields: [
      'max_tokens',
      'temperature',
      'top_p',
      'repetition_penalty',
      'frequency_penalty',
      'presence_penalty',
      'seed',
      'stop',
      'response_format',
    ],
  },
  transformers: {
    adapters: false,
    training: false,
    influence: false,
    recoversDevice: false,
    processor: true,
    chatFields: TOKEN_FIELDS,
  },
};

/** The capabilities of a runtime, for screens that must say what it cannot do. */
export function runtimeCapabilities(runtime: RuntimeName): RuntimeCapabilities {
  return CAPABILITIES[runtime];
}
