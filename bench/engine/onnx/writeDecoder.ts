// Writes a decoder's ONNX graph with the weights of a model file, in the operators of ONNX Runtime's own exporter for language
// models: MatMulNBits in blocks of 32, GroupQueryAttention with rotary embedding and packed queries, keys and values,
// SkipSimplifiedLayerNormalization. The embedding is an input: the caller looks rows up, which costs the graph nothing.

import { dequantize } from '../../../src/engine/formats/dequantize.ts';
import { halfBits } from '../../../src/engine/formats/halfFloat.ts';
import type { ModelFile } from '../../../src/engine/modelFile.ts';
import { matrixForOnnx, type OnnxMatrix, type OnnxMatrixFormat } from './matrixForOnnx.ts';
import { elementTypes, onnxWriter } from './onnxWriter.ts';

export interface DecoderGraphOptions {
  /** Element type of everything between the weights. */
  readonly activations: 'float32' | 'float16';
  /** MatMulNBits' attribute: 0 leaves the activations unchanged, 4 rounds them to int8. */
  readonly accuracyLevel: 0 | 4;
  /** Positions that the rotary tables cover. */
  readonly contextLength: number;
}

const BLOCK = 32;
/** ONNX Runtime does not split a matrix, and this is the largest binding that WebGPU guarantees. */
const BINDABLE_BYTES = 128 * 1024 * 1024;

interface Rows {
  readonly matrix: OnnxMatrix;
  readonly format: OnnxMatrixFormat;
  readonly rows: number;
  readonly columns: number;
}

function asBytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * Writes the graph of a Llama- or Qwen2-shaped model to `file`. Inputs: `embeddings` [1, rows, hidden], `last position` i32 [1],
 * `positions` i32 [], `past.N.key|value` [1, heads, past, dimension]; outputs: `logits 0`, `logits 1` ... of the last row, the
 * vocabulary in parts where it is too large for one, and `present.N.key|value`. Throws a RangeError for a matrix that is
 * neither Q4_0, Q4_1 nor Q8_0.
 */
export async function writeDecoder(model: ModelFile, file: string, options: DecoderGraphOptions): Promise<void> {
  const { config } = model;
  const { activations, accuracyLevel, contextLength } = options;
  const { hiddenSize, headCount, keyValueHeadCount, headDimension, vocabularySize, layerCount } = config;
  const graph = onnxWriter();
  const numbers = (values: Float32Array<ArrayBuffer>): Uint8Array =>
    asBytes(activations === 'float32' ? values : Uint16Array.from(values, halfBits));

  async function stored(name: string): Promise<Rows> {
    const tensor = model.tensors.get(name);
    const [rows = 0, columns = 0] = tensor?.shape ?? [];
    const format = tensor?.format;
    if (tensor === undefined || (format !== 'q4_0' && format !== 'q4_1' && format !== 'q8_0')) {
      throw new RangeError(`${name} is ${format ?? 'missing'}; Q4_0, Q4_1 and Q8_0 can be given to ONNX Runtime.`);
    }
    return { matrix: matrixForOnnx(format, await tensor.read()), format, rows, columns };
  }

  async function vector(name: string): Promise<string> {
    const tensor = model.tensors.get(name);
    const length = tensor?.shape[0] ?? 0;
    if (tensor === undefined) throw new RangeError(`${name} is missing.`);
    const bytes = numbers(dequantize(tensor.format, await tensor.read(), 1, length));
    return graph.constant(name, activations, [length], bytes);
  }

  /** y = x W for the rows `from` to `to` of a matrix. */
  function product(x: string, name: string, { matrix, format, columns }: Rows, from: number, to: number): string {
    const blocks = columns / BLOCK;
    const blockBytes = format === 'q8_0' ? 32 : 16;
    const rows = to - from;
    const part = (bytes: Uint8Array, rowBytes: number): Uint8Array =>
      bytes.subarray(from * rowBytes, from * rowBytes + rows * rowBytes);
    const codes = part(matrix.codes, blocks * blockBytes);
    const scales = numbers(matrix.scales.slice(from * blocks, to * blocks));
    const inputs = [
      x,
      graph.constant(`${name} codes`, 'uint8', [rows, blocks, blockBytes], codes),
      graph.constant(`${name} scales`, activations, [rows, blocks], scales),
    ];
    if (matrix.zeroPoints !== undefined) {
      const zeroPoints = part(matrix.zeroPoints, blocks / 2);
      const shape = [rows, blocks / 2];
      inputs.push(graph.constant(`${name} zero points`, 'uint8', shape, zeroPoints));
    }
    const attributes = { K: columns, N: rows, bits: blockBytes / 4, block_size: BLOCK, accuracy_level: accuracyLevel };
    return graph.node('MatMulNBits', inputs, [name], { attributes, own: true });
  }

  async function linear(x: string, name: string): Promise<string> {
    const matrix = await stored(`${name}.weight`);
    return product(x, name, matrix, 0, matrix.rows);
  }

  async function queriesKeysValues(x: string, prefix: string): Promise<string> {
    const names = ['q_proj', 'k_proj', 'v_proj'].map((module) => `${prefix}.self_attn.${module}`);
    const parts = await Promise.all(names.map((name) => stored(`${name}.weight`)));
    const [first] = parts as [Rows];
    const zeroPoints = parts.map(({ matrix }) => matrix.zeroPoints).filter((points) => points !== undefined);
    const joined: Rows = {
      ...first,
      rows: parts.reduce((total, { rows }) => total + rows, 0),
      matrix: {
        codes: Buffer.concat(parts.map(({ matrix }) => matrix.codes)),
        scales: Float32Array.from(parts.flatMap(({ matrix }) => Array.from(matrix.scales))),
        ...(zeroPoints.length === 0 ? {} : { zeroPoints: Buffer.concat(zeroPoints) }),
      },
    };
    const y = product(x, `${prefix}.qkv`, joined, 0, joined.rows);
    if (!config.queryKeyValueBias) return y;
    const biases = await Promise.all(
      names.map(async (name) => {
        const tensor = model.tensors.get(`${name}.bias`);
        if (tensor === undefined) throw new RangeError(`${name}.bias is missing.`);
        return dequantize(tensor.format, await tensor.read(), 1, tensor.shape[0] ?? 0);
      }),
    );
    const bias = numbers(Float32Array.from(biases.flatMap((each) => Array.from(each))));
    const name = graph.constant(`${prefix}.qkv bias`, activations, [joined.rows], bias);
    return graph.node('Add', [y, name], [`${prefix}.qkv biased`]);
  }

  const epsilon = { float: config.rmsNormEpsilon };
  /** ONNX Runtime in Node cannot exchange f16 values. */
  const cast = (x: string, type: DecoderGraphOptions['activations'], y: string): string =>
    graph.node('Cast', [x], [y], { attributes: { to: elementTypes[type] } });
  const embeddings = graph.input('embeddings', 'float32', [1, 'rows', hiddenSize]);
  let residual = activations === 'float32' ? embeddings : cast(embeddings, activations, 'embeddings f16');
  let branch: string | undefined;
  /** The norm of the residual stream, after the last branch was added to it. */
  async function norm(weight: string): Promise<string> {
    const scale = await vector(weight);
    if (branch === undefined) {
      const attributes = { epsilon, axis: -1, stash_type: 1 };
      return graph.node('SimplifiedLayerNormalization', [residual, scale], [`${weight} y`], { attributes });
    }
    const outputs = [`${weight} y`, '', '', `${weight} sum`];
    const y = graph.node('SkipSimplifiedLayerNormalization', [residual, branch, scale], outputs, {
      attributes: { epsilon },
      own: true,
    });
    residual = `${weight} sum`;
    return y;
  }

  graph.input('last position', 'int32', [1]);
  graph.input('positions', 'int32', []);
  const half = headDimension / 2;
  const rotary = (name: string, of: (angle: number) => number): string => {
    const angle = (index: number): number => Math.floor(index / half) * config.ropeTheta ** (-(index % half) / half);
    const values = numbers(Float32Array.from({ length: contextLength * half }, (_, index) => of(angle(index))));
    return graph.constant(name, activations, [contextLength, half], values);
  };
  const [cosines, sines] = [rotary('cosines', Math.cos), rotary('sines', Math.sin)];

  for (let layer = 0; layer < layerCount; layer += 1) {
    const prefix = `model.layers.${layer}`;
    const joined = await queriesKeysValues(await norm(`${prefix}.input_layernorm.weight`), prefix);
    for (const kind of ['key', 'value']) {
      graph.input(`past.${layer}.${kind}`, activations, [1, keyValueHeadCount, 'past', headDimension]);
      graph.output(`present.${layer}.${kind}`, activations, [1, keyValueHeadCount, 'present', headDimension]);
    }
    const past = [`past.${layer}.key`, `past.${layer}.value`];
    const present = [`present.${layer}.key`, `present.${layer}.value`];
    const attended = graph.node(
      'GroupQueryAttention',
      [joined, '', '', ...past, 'last position', 'positions', cosines, sines],
      [`${prefix}.attended`, ...present],
      {
        attributes: {
          num_heads: headCount,
          kv_num_heads: keyValueHeadCount,
          do_rotary: 1,
          rotary_interleaved: 0,
          scale: { float: 1 / Math.sqrt(headDimension) },
        },
        own: true,
      },
    );
    branch = await linear(attended, `${prefix}.self_attn.o_proj`);
    const x = await norm(`${prefix}.post_attention_layernorm.weight`);
    const gate = await linear(x, `${prefix}.mlp.gate_proj`);
    const up = await linear(x, `${prefix}.mlp.up_proj`);
    const sigmoid = graph.node('Sigmoid', [gate], [`${prefix}.sigmoid`]);
    const gated = graph.node('Mul', [gate, sigmoid], [`${prefix}.gated`]);
    branch = await linear(graph.node('Mul', [gated, up], [`${prefix}.product`]), `${prefix}.mlp.down_proj`);
  }
  const normed = await norm('model.norm.weight');
  const lastIndex = graph.constant('last', 'int64', [1], asBytes(BigInt64Array.of(-1n)));
  const last = graph.node('Gather', [normed, lastIndex], ['last row'], { attributes: { axis: 1 } });
  const head = await stored(config.tiedEmbedding ? 'model.embed_tokens.weight' : 'lm_head.weight');
  const rowBytes = head.matrix.codes.length / head.rows;
  const partRows = Math.min(
    head.rows,
    Math.ceil(vocabularySize / Math.ceil((vocabularySize * rowBytes) / BINDABLE_BYTES)),
  );
  for (let from = 0, index = 0; from < head.rows; from += partRows, index += 1) {
    const to = Math.min(head.rows, from + partRows);
    const name = `logits ${index}`;
    if (activations === 'float32') product(last, name, head, from, to);
    else cast(product(last, `${name} f16`, head, from, to), 'float32', name);
    graph.output(name, 'float32', [1, 1, to - from]);
  }
  await graph.write(file);
}
