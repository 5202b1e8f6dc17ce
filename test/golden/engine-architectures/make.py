"""Makes the GGUF files of this folder and the logits that they must give.

    pip install numpy gguf safetensors
    python make.py

Takes the Hugging Face folders beside it, writes each as llama.cpp's converter does (names, metadata, norms + 1, permuted or fused
projections), quantised where its rows are whole blocks, and computes the logits of the stored weights in float64 with the plain
decoder below. The decoder is first held against the logits that transformers gave for the folders themselves.
"""

import json
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file, save_file

here = Path(__file__).parent


def rms(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cap(x, limit):
    return x if limit is None else limit * np.tanh(x / limit)


def rotate(x, dimension, theta, factor):
    """x [T, heads, d]: the first `dimension` numbers of each head turn, in halves."""
    half = dimension // 2
    angle = np.arange(len(x))[:, None] * theta ** (-2 * np.arange(half) / dimension) / factor
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    a, b = x[..., :half], x[..., half:dimension]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin, x[..., dimension:]], -1)


def layer_rules(config, index):
    """(window or None, theta or None where nothing rotates, factor on positions)"""
    kind, theta = config["model_type"], config["rope_theta"]
    if kind == "gemma2":
        return (config["sliding_window"] if index % 2 == 0 else None), theta, 1
    if kind == "gemma3_text":
        if (index + 1) % config["sliding_window_pattern"]:
            return config["sliding_window"], config["rope_local_base_freq"], 1
        return None, theta, config["rope_scaling"]["factor"]
    if kind == "phi3":
        return config["sliding_window"], theta, 1
    return None, (theta if config["no_rope_layers"][index] else None), 1


def logits(config, weights, ids):
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    gemma = config["model_type"].startswith("gemma")
    epsilon, heads, groups = config["rms_norm_eps"], config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim", config["hidden_size"] // heads)
    turned = int(size * config.get("partial_rotary_factor", 1))
    scale = config.get("query_pre_attn_scalar", size) ** -0.5
    norm = lambda x, name: rms(x, w[name + ".weight"] + (1 if gemma else 0), epsilon)
    x = w["model.embed_tokens.weight"][ids] * (config["hidden_size"] ** 0.5 if gemma else 1)
    place = np.arange(len(ids))
    for index in range(config["num_hidden_layers"]):
        at = f"model.layers.{index}."
        window, theta, factor = layer_rules(config, index)
        h = norm(x, at + "input_layernorm")
        if at + "self_attn.qkv_proj.weight" in w:
            qkv = h @ w[at + "self_attn.qkv_proj.weight"].T
            q, k, v = np.split(qkv, [heads * size, (heads + groups) * size], 1)
        else:
            q, k, v = (h @ w[f"{at}self_attn.{part}_proj.weight"].T for part in "qkv")
        q, k, v = (each.reshape(len(ids), -1, size) for each in (q, k, v))
        if at + "self_attn.q_norm.weight" in w:
            q, k = norm(q, at + "self_attn.q_norm"), norm(k, at + "self_attn.k_norm")
        if theta is not None:
            q, k = rotate(q, turned, theta, factor), rotate(k, turned, theta, factor)
        k, v = (np.repeat(each, heads // groups, 1) for each in (k, v))
        scores = cap(np.einsum("ihd,jhd->hij", q, k) * scale, config.get("attn_logit_softcapping"))
        hidden = place[None] > place[:, None]
        if window is not None:
            hidden |= place[None] <= place[:, None] - window
        scores = np.where(hidden[None], -np.inf, scores)
        attended = np.einsum("hij,jhd->ihd", softmax(scores), v).reshape(len(ids), -1) @ w[at + "self_attn.o_proj.weight"].T
        x = x + (norm(attended, at + "post_attention_layernorm") if gemma else attended)
        h = norm(x, at + ("pre_feedforward_layernorm" if gemma else "post_attention_layernorm"))
        if at + "mlp.gate_up_proj.weight" in w:
            gate, up = np.split(h @ w[at + "mlp.gate_up_proj.weight"].T, 2, 1)
        else:
            gate, up = (h @ w[f"{at}mlp.{part}_proj.weight"].T for part in ("gate", "up"))
        if gemma:
            gate = 0.5 * gate * (1 + np.tanh((2 / np.pi) ** 0.5 * (gate + 0.044715 * gate**3)))
        else:
            gate = gate / (1 + np.exp(-gate))
        fed = (gate * up) @ w[at + "mlp.down_proj.weight"].T
        x = x + (norm(fed, at + "post_feedforward_layernorm") if gemma else fed)
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return cap(norm(x, "model.norm") @ head.T, config.get("final_logit_softcapping"))


def as_converted(config, weights):
    """The config and the weights as far as llama.cpp's format can say them: it has no field for the rest."""
    config, weights = dict(config), dict(weights)
    if config["model_type"] == "smollm3":
        config["no_rope_layers"] = [int((i + 1) % 4 != 0) for i in range(config["num_hidden_layers"])]
    if config["model_type"].startswith("gemma"):
        # The scale of attention is that of the head there; the difference goes into the weights of q (of its norm).
        factor = (config["head_dim"] / config["query_pre_attn_scalar"]) ** 0.5
        config["query_pre_attn_scalar"] = config["head_dim"]
        for name in weights:
            if config["model_type"] == "gemma2" and name.endswith("q_proj.weight"):
                weights[name] = (weights[name] * factor).astype(np.float32)
            if name.endswith("q_norm.weight"):
                weights[name] = ((weights[name] + 1) * factor - 1).astype(np.float32)
    return config, weights


def permute(weight, heads):
    """Rows (i, i + d/2) of each head to neighbours, as llama.cpp's converter for its pairwise rotation."""
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def write(config, weights, file):
    kind = config["model_type"]
    name = {"gemma3_text": "gemma3"}.get(kind, kind)
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim", config["hidden_size"] // heads)
    out = gguf.GGUFWriter(file, name)
    out.add_context_length(config["max_position_embeddings"])
    out.add_embedding_length(config["hidden_size"])
    out.add_block_count(config["num_hidden_layers"])
    out.add_feed_forward_length(config["intermediate_size"])
    out.add_head_count(heads)
    out.add_head_count_kv(groups)
    out.add_layer_norm_rms_eps(config["rms_norm_eps"])
    out.add_vocab_size(config["vocab_size"])
    if kind != "gemma2":
        out.add_rope_freq_base(config["rope_theta"])
    if kind.startswith("gemma"):
        out.add_key_length(size)
        out.add_value_length(size)
        out.add_sliding_window(config["sliding_window"])
    if kind == "gemma2":
        out.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        out.add_final_logit_softcapping(config["final_logit_softcapping"])
    if kind == "gemma3_text":
        out.add_uint32("gemma3.attention.sliding_window_pattern", config["sliding_window_pattern"])
        out.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        out.add_rope_scaling_factor(config["rope_scaling"]["factor"])
    if kind == "phi3":
        out.add_rope_scaling_orig_ctx_len(config["original_max_position_embeddings"])
        out.add_rope_dimension_count(int(size * config["partial_rotary_factor"]))
        out.add_sliding_window(config["sliding_window"])
    if kind == "smollm3":
        out.add_rope_dimension_count(size)
    out.add_tokenizer_model("llama")
    words = ["<unk>", "<s>", "</s>", *(f"\u2581w{i}" for i in range(3, config["vocab_size"]))]
    out.add_token_list(words)
    out.add_token_scores([float(-i) for i in range(len(words))])
    out.add_token_types([2, 3, 3] + [1] * (len(words) - 3))
    out.add_bos_token_id(config["bos_token_id"])
    out.add_eos_token_id(config["eos_token_id"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[name.upper()], config["num_hidden_layers"])
    stored = {}
    for tensor, value in weights.items():
        target = names.get_name(tensor, try_suffixes=(".weight",))
        assert target is not None, tensor
        if kind.startswith("gemma") and tensor.endswith("norm.weight"):
            value = value + 1
        if kind == "smollm3" and tensor.endswith(("q_proj.weight", "k_proj.weight")):
            value = permute(value, heads if "q_proj" in tensor else groups)
        if value.ndim == 1:
            type_ = gguf.GGMLQuantizationType.F32
        elif value.shape[1] % 32 == 0:
            type_ = gguf.GGMLQuantizationType.Q8_0
        else:
            type_ = gguf.GGMLQuantizationType.F16
        data = gguf.quantize(value.astype(np.float32), type_)
        out.add_tensor(target, data, raw_dtype=type_)
        kept = gguf.dequantize(data, type_).reshape(value.shape)
        # What the decoder above needs is the folder's own form again.
        if kind.startswith("gemma") and tensor.endswith("norm.weight"):
            kept = kept.astype(np.float64) - 1
        if kind == "smollm3" and tensor.endswith(("q_proj.weight", "k_proj.weight")):
            n = heads if "q_proj" in tensor else groups
            kept = kept.reshape(n, -1, 2, kept.shape[1]).swapaxes(1, 2).reshape(kept.shape)
        stored[tensor] = kept
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    return stored


expected = {}
for folder in sorted(here.glob("tiny-*")):
    if not folder.is_dir():
        continue
    config = json.loads((folder / "config.json").read_text())
    weights, golden = load_file(folder / "model.safetensors"), load_file(folder / "golden.safetensors")
    error = np.abs(logits(config, weights, golden["prompt_37"]) - golden["logits_37"]).max()
    print(f"{folder.name}: {error:.1e} from transformers in float32")
    assert error < 1e-4
    prompt = golden["prompt_37"]
    stored = write(*as_converted(config, weights), folder.with_suffix(".gguf"))
    expected[f"{folder.name}/prompt_37"] = prompt
    expected[f"{folder.name}/logits_37"] = logits(as_converted(config, {})[0], stored, prompt).astype(np.float32)
save_file(expected, here / "gguf.safetensors")
