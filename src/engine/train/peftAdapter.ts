// A trained flat vector as the two files that PEFT loads: adapter_config.json and adapter_model.safetensors.
import { type TensorToWrite, writeSafetensors } from '../safetensors/writeSafetensors.ts';
import { type AdapterLayout, modulePath } from './adapterLayout.ts';

export interface PeftFiles {
  readonly config: Record<string, unknown>;
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** Both files of an adapter whose modules share one rank; PEFT divides `alpha` by the rank to get the scale. */
export function peftAdapter(parameters: {
  readonly layout: AdapterLayout;
  readonly values: Float32Array<ArrayBuffer>;
  readonly alpha: number;
}): PeftFiles {
  const { layout, values, alpha } = parameters;
  const tensors = layout.modules.flatMap((module): TensorToWrite[] => {
    const { rank, inputs, outputs, offsetA, offsetB } = module;
    const name = `base_model.model.${modulePath(module)}`;
    return [
      {
        name: `${name}.lora_A.weight`,
        dtype: 'F32',
        shape: [rank, inputs],
        data: values.subarray(offsetA, offsetA + rank * inputs),
      },
      {
        name: `${name}.lora_B.weight`,
        dtype: 'F32',
        shape: [outputs, rank],
        data: values.subarray(offsetB, offsetB + outputs * rank),
      },
    ];
  });
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: null,
    r: layout.maxRank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: [...new Set(layout.modules.map(({ module }) => module))].sort(),
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    modules_to_save: null,
    use_rslora: false,
    use_dora: false,
    rank_pattern: {},
    alpha_pattern: {},
  };
  return { config, weights: writeSafetensors(tensors, { format: 'pt' }) };
}
