// Whether an adapter was trained for the loaded model. Its shapes do not say: a base model, what was tuned from it and a merge of both
// have the same, and an adapter on another one computes without an error and answers nonsense.
import { TributaryError } from '../../lib/errors.ts';
import type { BaseIdentity } from '../service.ts';

/** What repackaging appends to a model's name: the weights are still those of the same model. */
const PACKAGING =
  /(?:[-.](?:gguf|awq|gptq|exl2|mlx|onnx|unsloth|dynamic|bnb|hf|[468]bit|fp(?:8|16|32)|bf16|f16|f32|int[48]|i?q\d(?:-(?:\d|k|nl|xx?s|s|m|l))*))+$/;
/** Longer than any name. */
const MAX_NAME_LENGTH = 300;

/** A name as people compare it: without owner, letter case, ways to write a space, and packaging. */
function plainName(name: string): string {
  const last =
    name
      .slice(-MAX_NAME_LENGTH)
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? '';
  const words = last.toLowerCase().replace(/[\s_]+/g, '-');
  return words.replace(PACKAGING, '').replace(/^meta-(?=llama)/, '');
}

export interface CheckAdapterBaseParameters {
  /** `adapter_config.json`, whose `base_model_name_or_path` names a base. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What else is known of the adapter's base. */
  readonly base: BaseIdentity | undefined;
  /** What is known of the loaded model. */
  readonly model: BaseIdentity;
}

/**
 * Throws `ADAPTER_BASE_DIFFERENT` unless nothing is known of the adapter's base, or the loaded model's digest or, where one of them has
 * no digest, one of its names is that of the base.
 */
export function checkAdapterBase({ config, base = {}, model }: CheckAdapterBaseParameters): void {
  const path = config['base_model_name_or_path'];
  const wanted = [...(typeof path === 'string' ? [path] : []), ...(base.names ?? [])].filter((name) => name !== '');
  const digests = [base.sha256, model.sha256];
  const known = (model.names ?? []).map(plainName);
  if (!digests.includes(undefined)) {
    if (base.sha256 === model.sha256) return;
  } else if (wanted.some((name) => known.includes(plainName(name)))) return;
  else if (wanted.length === 0 && base.sha256 === undefined) return;
  throw new TributaryError({
    code: 'ADAPTER_BASE_DIFFERENT',
    message: 'The loaded model is not the one that this adapter names as its base.',
    facts: {
      base: (wanted[0] ?? base.sha256 ?? '').slice(0, 200),
      model: (model.names?.[0] ?? model.sha256 ?? '').slice(0, 200),
    },
    hint: 'Load the model that the adapter names, or confirm that you want it on this one.',
  });
}
