# Makes the ONNX model of this folder from tiny-llama's safetensors (f32): opset 17, weights stored in f16 (which halves the
# file) and cast to f32 by the graph; inputs and outputs as Transformers.js expects a decoder with a key-value cache.
#   pip install onnx numpy;  python make.py ../tiny-llama .
import json, struct, sys
from pathlib import Path
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

source, target = Path(sys.argv[1]), Path(sys.argv[2])
config = json.loads((source / "config.json").read_text())
raw = (source / "model.safetensors").read_bytes()
length = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8 : 8 + length])
def tensor(name):
    entry = header[name]
    assert entry["dtype"] == "F32"
    begin, end = entry["data_offsets"]
    return np.frombuffer(raw[8 + length + begin : 8 + length + end], np.float32).reshape(entry["shape"])

hidden, heads, kv_heads = (config[k] for k in ("hidden_size", "num_attention_heads", "num_key_value_heads"))
dim = hidden // heads
groups = heads // kv_heads
nodes, initializers, counter = [], [], 0

def fresh(hint):
    global counter
    counter += 1
    return f"{hint}_{counter}"

def constant(value, hint="c"):
    name = fresh(hint)
    initializers.append(numpy_helper.from_array(np.asarray(value), name))
    return name

def op(kind, *inputs, **attributes):
    out = fresh(kind.lower())
    nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
    return out

def weight(name):
    stored = constant(tensor(name).astype(np.float16), "w")
    return op("Cast", stored, to=TensorProto.FLOAT)

def linear(x, name):
    return op("MatMul", x, op("Transpose", weight(name), perm=[1, 0]))

epsilon = constant(np.float32(config["rms_norm_eps"]))
def norm(x, name):
    mean = op("ReduceMean", op("Mul", x, x), axes=[-1], keepdims=1)
    return op("Mul", op("Div", x, op("Sqrt", op("Add", mean, epsilon))), weight(name))

def shape(values):
    return constant(np.array(values, np.int64))

def split_heads(x, count):
    return op("Transpose", op("Reshape", x, shape([0, 0, count, dim])), perm=[0, 2, 1, 3])

# cos and sin of every position, gathered by position_ids.
positions = np.arange(config["max_position_embeddings"], dtype=np.float32)
frequency = (1.0 / config["rope_theta"] ** (np.arange(0, dim, 2, dtype=np.float32) / dim)).astype(np.float32)
angle = np.outer(positions, np.concatenate([frequency, frequency])).astype(np.float32)
cos = op("Unsqueeze", op("Gather", constant(np.cos(angle).astype(np.float32)), "position_ids"), shape([1]))
sin = op("Unsqueeze", op("Gather", constant(np.sin(angle).astype(np.float32)), "position_ids"), shape([1]))
half, start, stop, axis = shape([dim // 2]), shape([0]), shape([dim]), shape([3])
def rotate(x):
    first = op("Slice", x, start, half, axis)
    second = op("Slice", x, half, stop, axis)
    turned = op("Concat", op("Neg", second), first, axis=3)
    return op("Add", op("Mul", x, cos), op("Mul", turned, sin))

# Query i, at position past + i, sees key j when j <= past + i.
total = op("Gather", op("Shape", "attention_mask"), constant(np.int64(1)))
zero, one = constant(np.int64(0)), constant(np.int64(1))
keys = op("Range", zero, total, one)
allowed = op("LessOrEqual", op("Unsqueeze", keys, shape([0, 1, 2])), op("Unsqueeze", "position_ids", shape([1, 3])))
mask = op("Where", allowed, constant(np.float32(0)), constant(np.float32(-1e30)))

x = op("Gather", weight("model.embed_tokens.weight"), "input_ids")
outputs = []
for layer in range(config["num_hidden_layers"]):
    prefix = f"model.layers.{layer}"
    normed = norm(x, f"{prefix}.input_layernorm.weight")
    q = rotate(split_heads(linear(normed, f"{prefix}.self_attn.q_proj.weight"), heads))
    k = rotate(split_heads(linear(normed, f"{prefix}.self_attn.k_proj.weight"), kv_heads))
    v = split_heads(linear(normed, f"{prefix}.self_attn.v_proj.weight"), kv_heads)
    present = []
    for kind, new in (("key", k), ("value", v)):
        name = f"present.{layer}.{kind}"
        nodes.append(helper.make_node("Concat", [f"past_key_values.{layer}.{kind}", new], [name], axis=2))
        outputs.append(name)
        # Each of the key-value heads serves several query heads, which stand beside each other.
        wide = op("Expand", op("Unsqueeze", name, shape([2])), op("Concat", shape([1, kv_heads, groups]), op("Unsqueeze", total, shape([0])), shape([dim]), axis=0))
        present.append(op("Reshape", wide, shape([1, heads, -1, dim])))
    scores = op("Mul", op("MatMul", q, op("Transpose", present[0], perm=[0, 1, 3, 2])), constant(np.float32(dim**-0.5)))
    read = op("MatMul", op("Softmax", op("Add", scores, mask), axis=-1), present[1])
    joined = op("Reshape", op("Transpose", read, perm=[0, 2, 1, 3]), shape([0, 0, hidden]))
    x = op("Add", x, linear(joined, f"{prefix}.self_attn.o_proj.weight"))
    normed = norm(x, f"{prefix}.post_attention_layernorm.weight")
    gate = linear(normed, f"{prefix}.mlp.gate_proj.weight")
    activated = op("Mul", op("Mul", gate, op("Sigmoid", gate)), linear(normed, f"{prefix}.mlp.up_proj.weight"))
    x = op("Add", x, linear(activated, f"{prefix}.mlp.down_proj.weight"))
head = op("Transpose", weight("model.embed_tokens.weight"), perm=[1, 0])
nodes.append(helper.make_node("MatMul", [norm(x, "model.norm.weight"), head], ["logits"]))

def info(name, kind, dims):
    return helper.make_tensor_value_info(name, kind, dims)
integer, real = TensorProto.INT64, TensorProto.FLOAT
inputs = [info("input_ids", integer, ["batch_size", "sequence_length"]), info("attention_mask", integer, ["batch_size", "total_length"]), info("position_ids", integer, ["batch_size", "sequence_length"])]
inputs += [info(o.replace("present", "past_key_values"), real, ["batch_size", kv_heads, "past_length", dim]) for o in outputs]
results = [info("logits", real, ["batch_size", "sequence_length", config["vocab_size"]])] + [info(o, real, ["batch_size", kv_heads, "total_length", dim]) for o in outputs]
# Weights that occur twice are stored once.
seen, renamed, kept = {}, {}, []
for item in initializers:
    key = (item.data_type, tuple(item.dims), item.raw_data)
    if key in seen: renamed[item.name] = seen[key]
    else: seen[key] = item.name; kept.append(item)
for node in nodes:
    for i, name in enumerate(node.input): node.input[i] = renamed.get(name, name)
graph = helper.make_graph(nodes, "tiny-llama", inputs, results, kept)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="")
onnx.checker.check_model(model, full_check=True)
(target / "onnx").mkdir(parents=True, exist_ok=True)
onnx.save(model, target / "onnx" / "model.onnx")

(target / "config.json").write_text(json.dumps({k: config[k] for k in sorted(config) if k not in ("torch_dtype", "eos_token_id", "bos_token_id")}, indent=1) + "\n")
# Every token is written as its number, so that a test can write any ids: "t17t3". The template adds nothing, and nothing ends
# an answer but its length: greedy goldens never stop.
vocab = {f"t{i}": i for i in range(config["vocab_size"])}
(target / "tokenizer.json").write_text(json.dumps({
    "version": "1.0", "truncation": None, "padding": None,
    "added_tokens": [],
    "normalizer": None, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "t[0-9]+"}, "behavior": "Isolated", "invert": False},
    "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False},
    "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "ignore_merges": True, "vocab": vocab, "merges": []}}, separators=(",", ":")) + "\n")
(target / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": "{% for message in messages %}{{ message['content'] }}{% endfor %}"}, indent=1) + "\n")
