// The forward and backward passes of LoRA training, recorded once over tensors of fixed capacity: four plans (forward,
// loss, backward, update) that run any packed batch. Gradients accumulate until they are cleared. Knows one decoder and one
// adapter, and nothing of rows, epochs or files.
//
// Notation: `dX` is the gradient of the loss with respect to X. Activations are [tokens, width], row-major, f32.
import type { OperatorCall, Plan, Tensor } from '../backend.ts';
import { adamW } from '../kernels/adamW/adamW.ts';
import { add } from '../kernels/add/add.ts';
import { addBias } from '../kernels/addBias/addBias.ts';
import { attention } from '../kernels/attention/attention.ts';
import {
  attentionBackwardKeyValue,
  attentionBackwardQuery,
  attentionStatistics,
} from '../kernels/attentionBackward/attentionBackward.ts';
import { crossEntropy, crossEntropyBackward } from '../kernels/crossEntropy/crossEntropy.ts';
import { embedding } from '../kernels/embedding/embedding.ts';
import { fillZero } from '../kernels/fillZero/fillZero.ts';
import { gatherRows } from '../kernels/gatherRows/gatherRows.ts';
import { finishNorm, gradientNorm } from '../kernels/gradientNorm/gradientNorm.ts';
import { linear } from '../kernels/linear/linear.ts';
import { linearGradInput } from '../kernels/linearGradInput/linearGradInput.ts';
import { rmsNorm } from '../kernels/rmsNorm/rmsNorm.ts';
import { rmsNormBackward } from '../kernels/rmsNormBackward/rmsNormBackward.ts';
import { rope } from '../kernels/rope/rope.ts';
import { swiGlu } from '../kernels/swiGlu/swiGlu.ts';
import { swiGluBackward } from '../kernels/swiGluBackward/swiGluBackward.ts';
import type { LayerWeights, LinearModule, LoadedModel } from '../model/decoderWeights.ts';
import {
  type AdaptedLinear,
  type AdapterTensors,
  adaptedLinearBackward,
  adaptedLinearForward,
  hiddenCalls,
} from './adaptedLinear.ts';
import type { AdapterLayout } from './adapterLayout.ts';
import type { PackedBatch } from './packRows.ts';

export interface TrainingGraphParameters {
  readonly model: LoadedModel;
  readonly layout: AdapterLayout;
  /** Maximum tokens and targets of a batch. */
  readonly tokenCapacity: number;
  readonly targetCapacity: number;
  /** 1: all rows of a batch share one gradient. More: row s of a batch has its own gradient in slot s. */
  readonly slots: number;
  /** Stores only each layer's input and recomputes the layer in the backward pass: less memory, a third more work. */
  readonly recompute: boolean;
}

export interface UpdateSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** 0: no clipping. */
  readonly maxGradientNorm: number;
  /** Steps so far, including this one. */
  readonly step: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface TrainingGraph {
  /** f32 [layout.length]. */
  readonly parameters: Tensor;
  /** f32 [slots, layout.length]. */
  readonly gradients: Tensor;
  readonly firstMoments: Tensor;
  readonly secondMoments: Tensor;
  clearGradients(): void;
  /**
   * Adds the gradients of `scale` times the summed cross-entropy of the batch's targets. Returns the unscaled cross-entropy of
   * each target.
   */
  accumulate(batch: PackedBatch, scale: number): Promise<Float32Array>;
  /** One AdamW step with the accumulated gradients of slot 0. Returns their norm before clipping. */
  update(settings: UpdateSettings): Promise<number>;
  destroy(): void;
}

/** The activations of a layer that its backward pass reads. */
interface LayerActivations {
  readonly normed: Tensor;
  /** Before Qwen3's norm of queries and keys; absent without such a norm. */
  readonly plainQuery?: Tensor;
  readonly plainKey?: Tensor;
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly attended: Tensor;
  readonly middle: Tensor;
  readonly middleNormed: Tensor;
  readonly gate: Tensor;
  readonly up: Tensor;
  readonly activated: Tensor;
  /** A x of each adapted module. */
  readonly hidden: ReadonlyMap<LinearModule, Tensor>;
}

/**
 * Records the passes. The adapter is zero until `parameters` is uploaded.
 * Throws `ENGINE_BUFFER_TOO_LARGE` if the capacities need a tensor that the device cannot bind.
 */
export async function createTrainingGraph(given: TrainingGraphParameters): Promise<TrainingGraph> {
  const { model, layout, tokenCapacity, targetCapacity, slots } = given;
  const { backend, config } = model;
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headDimension, vocabularySize } = config;
  const queryWidth = headCount * headDimension;
  const keyWidth = keyValueHeadCount * headDimension;
  const epsilon = config.rmsNormEpsilon;
  const created: Tensor[] = [];
  const tensor = (label: string, type: 'f32' | 'u32' | 'i32', length: number): Tensor => {
    const made = backend.createTensor(`train ${label}`, type, length);
    created.push(made);
    return made;
  };
  const perToken = (label: string, width: number): Tensor => tensor(label, 'f32', tokenCapacity * width);
  const perTarget = (label: string, width: number): Tensor => tensor(label, 'f32', targetCapacity * width);

  const parameters = tensor('parameters', 'f32', layout.length);
  const gradients = tensor('gradients', 'f32', slots * layout.length);
  const firstMoments = tensor('first moments', 'f32', layout.length);
  const secondMoments = tensor('second moments', 'f32', layout.length);
  const partials = tensor('norm partials', 'f32', 256);
  const norm = tensor('norm', 'f32', 1);
  const settings = tensor('optimizer settings', 'f32', 8);

  const tokenStep = tensor('token step', 'u32', 4);
  const targetStep = tensor('target step', 'u32', 4);
  const ids = tensor('ids', 'u32', tokenCapacity);
  const positions = tensor('positions', 'u32', tokenCapacity);
  const spans = tensor('spans', 'u32', 2 * tokenCapacity);
  const starts = tensor('starts', 'u32', tokenCapacity);
  const segments = tensor('segments', 'u32', 2 * slots);
  const targets = tensor('targets', 'i32', targetCapacity);
  const targetOfToken = tensor('target of token', 'i32', tokenCapacity);
  const labels = tensor('labels', 'i32', targetCapacity);
  const lossScale = tensor('loss scale', 'f32', 1);

  const residuals = Array.from({ length: config.layerCount + 1 }, (_, layer) =>
    perToken(`residual ${layer}`, hiddenSize),
  );
  const residual = (layer: number): Tensor => residuals[layer] as Tensor;

  function layerActivations(layer: number, sharedByAll: boolean): LayerActivations {
    const named = (label: string, width: number): Tensor => perToken(`layer ${layer} ${label}`, width);
    return {
      normed: named('normed', hiddenSize),
      ...(config.queryKeyNorm
        ? { plainQuery: named('plain query', queryWidth), plainKey: named('plain key', keyWidth) }
        : {}),
      query: named('query', queryWidth),
      key: named('key', keyWidth),
      value: named('value', keyWidth),
      attended: named('attended', queryWidth),
      middle: named('middle', hiddenSize),
      middleNormed: named('middle normed', hiddenSize),
      gate: named('gate', intermediateSize),
      up: named('up', intermediateSize),
      activated: named('activated', intermediateSize),
      hidden: new Map(
        layout.modules
          .filter((each) => sharedByAll || each.layer === layer)
          .map(({ module }) => [module, named(`${module} hidden`, layout.maxRank)]),
      ),
    };
  }
  const sharedActivations = given.recompute ? layerActivations(0, true) : undefined;
  const activations = Array.from(
    { length: config.layerCount },
    (_, layer) => sharedActivations ?? layerActivations(layer, false),
  );

  const finalRows = perTarget('final rows', hiddenSize);
  const finalNormed = perTarget('final normed', hiddenSize);
  const logits = perTarget('logits', vocabularySize);
  const losses = perTarget('losses', 1);
  const logSums = perTarget('log sums', 1);
  const dFinalNormed = perTarget('d final normed', hiddenSize);
  const dFinalRows = perTarget('d final rows', hiddenSize);

  const dResidual = perToken('d residual', hiddenSize);
  const dNormed = perToken('d normed', hiddenSize);
  const dAttended = perToken('d attended', queryWidth);
  const dQuery = perToken('d query', queryWidth);
  const dKey = perToken('d key', keyWidth);
  const dPlainQuery = config.queryKeyNorm ? perToken('d plain query', queryWidth) : dQuery;
  const dPlainKey = config.queryKeyNorm ? perToken('d plain key', keyWidth) : dKey;
  const dValue = perToken('d value', keyWidth);
  const dActivated = perToken('d activated', intermediateSize);
  const dGate = perToken('d gate', intermediateSize);
  const dUp = perToken('d up', intermediateSize);
  const dHidden = perToken('d hidden', layout.maxRank);
  const statistics = perToken('attention statistics', 2 * headCount);

  const shared: AdapterTensors = {
    step: tokenStep,
    segments,
    slots,
    parameters,
    gradients,
    hiddenGradient: dHidden,
    tokenCapacity,
  };
  // Offsets are tensors, not constants, so that matrices of one shape share a pipeline.
  const places = new Map(
    layout.modules.map((module) => {
      const place = (offset: number): Tensor => {
        const made = tensor(`place ${module.layer} ${module.module}`, 'u32', 2);
        backend.upload(made, Uint32Array.of(offset, layout.length));
        return made;
      };
      return [
        `${module.layer} ${module.module}`,
        { module, placeA: place(module.offsetA), placeB: place(module.offsetB) },
      ];
    }),
  );

  function adaptedLinear(layer: number, module: LinearModule): AdaptedLinear {
    const weight = (model.layers[layer] as LayerWeights).linear[module];
    const place = places.get(`${layer} ${module}`);
    const hidden = activations[layer]?.hidden.get(module);
    return place === undefined || hidden === undefined ? { weight } : { weight, low: { ...place, hidden } };
  }

  const linearCalls = (layer: number, module: LinearModule, x: Tensor, y: Tensor): OperatorCall[] =>
    adaptedLinearForward(shared, adaptedLinear(layer, module), x, y);
  const linearBackwardCalls = (
    layer: number,
    module: LinearModule,
    x: Tensor,
    dy: Tensor,
    dx: { readonly tensor: Tensor; readonly accumulate: boolean } | undefined,
  ): OperatorCall[] => adaptedLinearBackward(shared, adaptedLinear(layer, module), { x, dy, dx });

  const heads = { heads: headCount, headDimension };
  const keyHeads = { heads: keyValueHeadCount, headDimension };

  function queryKeyCalls(layer: number, at: LayerActivations): OperatorCall[] {
    const { bias, queryNorm, keyNorm, ropeTable } = model.layers[layer] as LayerWeights;
    const plainQuery = at.plainQuery ?? at.query;
    const plainKey = at.plainKey ?? at.key;
    return [
      ...linearCalls(layer, 'q_proj', at.normed, plainQuery),
      ...linearCalls(layer, 'k_proj', at.normed, plainKey),
      ...linearCalls(layer, 'v_proj', at.normed, at.value),
      ...(bias.q_proj === undefined ? [] : [addBias(bias.q_proj, plainQuery)]),
      ...(bias.k_proj === undefined ? [] : [addBias(bias.k_proj, plainKey)]),
      ...(bias.v_proj === undefined ? [] : [addBias(bias.v_proj, at.value)]),
      ...(queryNorm === undefined ? [] : [rmsNorm(plainQuery, queryNorm, at.query, { epsilon, groups: headCount })]),
      ...(keyNorm === undefined ? [] : [rmsNorm(plainKey, keyNorm, at.key, { epsilon, groups: keyValueHeadCount })]),
      ...(ropeTable === undefined
        ? []
        : [rope(at.query, positions, ropeTable, heads), rope(at.key, positions, ropeTable, keyHeads)]),
    ];
  }

  /** From residual(layer) to all activations of the layer, except its output. */
  function layerCalls(layer: number): OperatorCall[] {
    const { inputNorm, feedForwardNorm } = model.layers[layer] as LayerWeights;
    const at = activations[layer] as LayerActivations;
    return [
      rmsNorm(residual(layer), inputNorm, at.normed, { epsilon }),
      ...queryKeyCalls(layer, at),
      attention(
        { q: at.query, keys: at.key, values: at.value, spans, result: at.attended },
        { heads: headCount, keyValueHeads: keyValueHeadCount, headDimension },
      ),
      ...linearCalls(layer, 'o_proj', at.attended, at.middle),
      add(residual(layer), at.middle, hiddenSize),
      rmsNorm(at.middle, feedForwardNorm, at.middleNormed, { epsilon }),
      ...linearCalls(layer, 'gate_proj', at.middleNormed, at.gate),
      ...linearCalls(layer, 'up_proj', at.middleNormed, at.up),
      swiGlu(at.gate, at.up, at.activated, intermediateSize),
    ];
  }

  /** The layer's last step, separate because a recomputed layer needs only its low-rank half. */
  function layerOutputCalls(layer: number): OperatorCall[] {
    const at = activations[layer] as LayerActivations;
    return [
      ...linearCalls(layer, 'down_proj', at.activated, residual(layer + 1)),
      add(at.middle, residual(layer + 1), hiddenSize),
    ];
  }

  function attentionBackwardCalls(at: LayerActivations): OperatorCall[] {
    const constants = {
      capacity: tokenCapacity,
      heads: headCount,
      keyValueHeads: keyValueHeadCount,
      width: headDimension,
      scale: 1 / Math.sqrt(headDimension),
    };
    const inputs = { starts, query: at.query, key: at.key, outputGradient: dAttended, statistics };
    return [
      { operator: attentionStatistics, tensors: { ...inputs, output: at.attended }, constants },
      { operator: attentionBackwardQuery, tensors: { ...inputs, value: at.value, queryGradient: dQuery }, constants },
      {
        operator: attentionBackwardKeyValue,
        tensors: { ...inputs, value: at.value, keyGradient: dKey, valueGradient: dValue },
        constants,
      },
    ];
  }

  function normBackward(tensors: {
    readonly input: Tensor;
    readonly weight: Tensor;
    readonly outputGradient: Tensor;
    readonly inputGradient: Tensor;
    readonly step?: Tensor;
    readonly groups?: number;
    readonly accumulate: boolean;
  }): OperatorCall {
    const { step = tokenStep, groups = 1, accumulate, ...rest } = tensors;
    return {
      operator: rmsNormBackward,
      tensors: { step, ...rest },
      constants: { width: rest.weight.length, groups, epsilon, accumulate: accumulate ? 1 : 0 },
    };
  }

  function queryKeyNormBackwardCalls(layer: number, at: LayerActivations): OperatorCall[] {
    const { queryNorm, keyNorm } = model.layers[layer] as LayerWeights;
    if (queryNorm === undefined || keyNorm === undefined || at.plainQuery === undefined || at.plainKey === undefined)
      return [];
    const shared = { accumulate: false };
    return [
      normBackward({
        ...shared,
        input: at.plainQuery,
        weight: queryNorm,
        outputGradient: dQuery,
        inputGradient: dPlainQuery,
        groups: headCount,
      }),
      normBackward({
        ...shared,
        input: at.plainKey,
        weight: keyNorm,
        outputGradient: dKey,
        inputGradient: dPlainKey,
        groups: keyValueHeadCount,
      }),
    ];
  }

  /** Propagates dResidual from the layer's output to its input, and accumulates the layer's gradients. */
  function layerBackwardCalls(layer: number): OperatorCall[] {
    const { inputNorm, feedForwardNorm, ropeTable } = model.layers[layer] as LayerWeights;
    const at = activations[layer] as LayerActivations;
    const fresh = (target: Tensor) => ({ tensor: target, accumulate: false });
    const more = (target: Tensor) => ({ tensor: target, accumulate: true });
    // Nothing below the first layer is trained, so its input needs no gradient.
    const first = layer === 0;
    return [
      ...linearBackwardCalls(layer, 'down_proj', at.activated, dResidual, fresh(dActivated)),
      {
        operator: swiGluBackward,
        tensors: {
          step: tokenStep,
          gate: at.gate,
          up: at.up,
          outputGradient: dActivated,
          gateGradient: dGate,
          upGradient: dUp,
        },
        constants: { width: intermediateSize },
      },
      ...linearBackwardCalls(layer, 'gate_proj', at.middleNormed, dGate, fresh(dNormed)),
      ...linearBackwardCalls(layer, 'up_proj', at.middleNormed, dUp, more(dNormed)),
      normBackward({
        input: at.middle,
        weight: feedForwardNorm,
        outputGradient: dNormed,
        inputGradient: dResidual,
        accumulate: true,
      }),
      ...linearBackwardCalls(layer, 'o_proj', at.attended, dResidual, fresh(dAttended)),
      ...attentionBackwardCalls(at),
      ...(ropeTable === undefined
        ? []
        : [
            rope(dQuery, positions, ropeTable, { ...heads, backward: true }),
            rope(dKey, positions, ropeTable, { ...keyHeads, backward: true }),
          ]),
      ...queryKeyNormBackwardCalls(layer, at),
      ...linearBackwardCalls(layer, 'q_proj', at.normed, dPlainQuery, first ? undefined : fresh(dNormed)),
      ...linearBackwardCalls(layer, 'k_proj', at.normed, dPlainKey, first ? undefined : more(dNormed)),
      ...linearBackwardCalls(layer, 'v_proj', at.normed, dValue, first ? undefined : more(dNormed)),
      ...(first
        ? []
        : [
            normBackward({
              input: residual(layer),
              weight: inputNorm,
              outputGradient: dNormed,
              inputGradient: dResidual,
              accumulate: true,
            }),
          ]),
    ];
  }

  const layers = Array.from({ length: config.layerCount }, (_, layer) => layer);
  const forward = await backend.record('train forward', [
    ...embedding(ids, model.embedding, residual(0)),
    ...layers.flatMap((layer) => [...layerCalls(layer), ...layerOutputCalls(layer)]),
  ]);
  const lastResidual = residual(config.layerCount);
  const loss = await backend.record('train loss', [
    {
      operator: gatherRows,
      tensors: { step: targetStep, indices: targets, values: lastResidual, result: finalRows },
      constants: { width: hiddenSize },
    },
    rmsNorm(finalRows, model.finalNorm, finalNormed, { epsilon }),
    ...linear(model.head, finalNormed, logits, targetCapacity),
    {
      operator: crossEntropy,
      tensors: { step: targetStep, logits, labels, losses, logSums },
      constants: { vocabulary: vocabularySize },
    },
    {
      operator: crossEntropyBackward,
      tensors: { step: targetStep, labels, logSums, scale: lossScale, logits },
      constants: { vocabulary: vocabularySize },
    },
    ...linearGradInput({
      weight: model.head,
      step: targetStep,
      outputGradient: logits,
      inputGradient: dFinalNormed,
      accumulate: false,
    }),
    normBackward({
      step: targetStep,
      input: finalRows,
      weight: model.finalNorm,
      outputGradient: dFinalNormed,
      inputGradient: dFinalRows,
      accumulate: false,
    }),
  ]);
  const backward = await backend.record('train backward', [
    {
      operator: gatherRows,
      tensors: { step: tokenStep, indices: targetOfToken, values: dFinalRows, result: dResidual },
      constants: { width: hiddenSize },
    },
    ...layers.toReversed().flatMap((layer) => {
      // The last layer's activations are still there from the forward pass.
      const again = given.recompute && layer !== config.layerCount - 1;
      const { activated } = activations[layer] as LayerActivations;
      const downHidden = hiddenCalls(shared, adaptedLinear(layer, 'down_proj'), activated);
      return [...(again ? [...layerCalls(layer), ...downHidden] : []), ...layerBackwardCalls(layer)];
    }),
  ]);
  const clear = await backend.record('train clear', [
    { operator: fillZero, tensors: { values: gradients }, constants: { length: slots * layout.length } },
  ]);
  const optimize = await backend.record('train update', [
    { operator: gradientNorm, tensors: { gradients, partials }, constants: { length: layout.length } },
    { operator: finishNorm, tensors: { partials, norm }, constants: {} },
    {
      operator: adamW,
      tensors: { settings, norm, gradients, parameters, firstMoments, secondMoments },
      constants: { length: layout.length },
    },
  ]);
  const plans: readonly Plan[] = [forward, loss, backward, clear, optimize];

  function uploadBatch(batch: PackedBatch, scale: number): void {
    backend.upload(tokenStep, Uint32Array.of(batch.tokenCount, 0, 0, 0));
    backend.upload(targetStep, Uint32Array.of(batch.targetCount, 0, 0, 0));
    backend.upload(ids, batch.ids);
    backend.upload(positions, batch.positions);
    backend.upload(spans, batch.spans);
    const firstKeys = new Uint32Array(tokenCapacity).fill(0xffffffff);
    for (let token = 0; token < batch.tokenCount; token += 1) firstKeys[token] = batch.spans[2 * token] as number;
    backend.upload(starts, firstKeys);
    const slotSegments = new Uint32Array(2 * slots);
    if (slots === 1) slotSegments.set([0, batch.tokenCount]);
    else slotSegments.set(batch.segments);
    backend.upload(segments, slotSegments);
    backend.upload(targets, batch.targets);
    backend.upload(labels, batch.labels);
    const inverse = new Int32Array(batch.tokenCount).fill(-1);
    for (const [target, token] of batch.targets.entries()) inverse[token] = target;
    backend.upload(targetOfToken, inverse);
    backend.upload(lossScale, Float32Array.of(scale));
  }

  return {
    parameters,
    gradients,
    firstMoments,
    secondMoments,
    clearGradients() {
      backend.submit(clear, { rows: 1 });
    },
    async accumulate(batch, scale) {
      // A batch without targets has no loss and no gradient.
      if (batch.targetCount === 0) return new Float32Array();
      uploadBatch(batch, scale);
      backend.submit(forward, { rows: batch.tokenCount });
      backend.submit(loss, { rows: batch.targetCount });
      backend.submit(backward, { rows: batch.tokenCount });
      return (await backend.download(losses, { offset: 0, length: batch.targetCount })) as Float32Array;
    },
    async update(values) {
      const { learningRate, weightDecay, maxGradientNorm, step, beta1, beta2 } = values;
      backend.upload(
        settings,
        Float32Array.of(
          learningRate,
          weightDecay,
          maxGradientNorm,
          1 - beta1 ** step,
          1 - beta2 ** step,
          beta1,
          beta2,
          values.epsilon,
        ),
      );
      backend.submit(optimize, { rows: 1 });
      return (await backend.download(norm))[0] as number;
    },
    destroy() {
      for (const plan of plans) backend.destroyPlan(plan);
      for (const each of created) backend.destroyTensor(each);
    },
  };
}
