import type { ChatField } from '../../engine/index.ts';
import type { RuntimeCapabilities, RuntimeName } from './types.ts';

/** As the engine's own `tokenFields`: a value of it here would bring the engine into every page that lists models. */
const tokenFields: readonly ChatField[] = [
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

const capabilities: Readonly<Record<RuntimeName, RuntimeCapabilities>> = {
  tributary: {
    adapters: true,
    training: true,
    influence: true,
    recoversDevice: true,
    processor: true,
    chatFields: [...tokenFields, 'adapterId'],
  },
  webLlm: {
    adapters: false,
    training: false,
    influence: false,
    recoversDevice: false,
    processor: false,
    // Not `top_k` and `min_p`, which it has not; not `logprobs`, which it takes after the temperature.
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
    chatFields: tokenFields,
  },
};

/** What a runtime can do, for the screens that must say what it cannot. */
export function runtimeCapabilities(runtime: RuntimeName): RuntimeCapabilities {
  return capabilities[runtime];
}
