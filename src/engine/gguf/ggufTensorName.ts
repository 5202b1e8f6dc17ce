// Translates GGUF tensor names to Hugging Face names.
import type { ModelConfig } from '../modelConfig.ts';

const outside = new Map([
  ['token_embd.weight', 'model.embed_tokens.weight'],
  ['output_norm.weight', 'model.norm.weight'],
  ['output.weight', 'lm_head.weight'],
]);

const inLayer = new Map([
  ['attn_norm', 'input_layernorm'],
  ['attn_q', 'self_attn.q_proj'],
  ['attn_k', 'self_attn.k_proj'],
  ['attn_v', 'self_attn.v_proj'],
  ['attn_output', 'self_attn.o_proj'],
  ['attn_q_norm', 'self_attn.q_norm'],
  ['attn_k_norm', 'self_attn.k_norm'],
  ['ffn_norm', 'post_attention_layernorm'],
  ['ffn_gate', 'mlp.gate_proj'],
  ['ffn_up', 'mlp.up_proj'],
  ['ffn_down', 'mlp.down_proj'],
]);

/** Gemma also norms the output of a block, and then names the norm before the feed-forward differently. */
const withOutputNorms = new Map([
  ['post_attention_norm', 'post_attention_layernorm'],
  ['ffn_norm', 'pre_feedforward_layernorm'],
  ['post_ffw_norm', 'post_feedforward_layernorm'],
]);

const fused = new Map([
  ['attn_qkv', 'self_attn.qkv_proj'],
  ['ffn_up', 'mlp.gate_up_proj'],
]);

/** The Hugging Face name, or the name unchanged if there is none: the check of the model's tensors then refuses it. */
export function ggufTensorName(name: string, config: Pick<ModelConfig, 'outputNorms' | 'fusedProjections'>): string {
  const [, layer, part, kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  if (part === undefined) return outside.get(name) ?? name;
  const special = (config.outputNorms && withOutputNorms.get(part)) || (config.fusedProjections && fused.get(part));
  const translated = special || inLayer.get(part);
  return translated === undefined ? name : `model.layers.${layer}.${translated}.${kind}`;
}
