// Golden Hugging Face models: logits, greedy text, log probabilities and hidden states, from both spellings of the config and
// from quantised weights.
import type { Backend } from '../../src/engine/backend.ts';
import { rmsNorm } from '../../src/engine/kernels/rmsNorm/rmsNorm.ts';
import type { LoadedModel } from '../../src/engine/model/decoderWeights.ts';
import { observeLayers } from '../../src/engine/model/observeLayers.ts';
import { openModelFile } from '../../src/engine/openModelFile.ts';
import type { QuantizationChoice, QuantizationChoices } from '../../src/engine/quant/quantizationChoices.ts';
import { convertModel } from '../../src/engine/tribpack/convertModel.ts';
import type { CasesOfFolder, ConformanceCase } from './conformanceCase.ts';
import { countDifferences, hasFiles, largestDifference, openTensors, readFloats, readIntegers } from './goldenFiles.ts';
import { lazily, openFolder, unsupportedReason } from './modelFolder.ts';
import {
  greedyCases,
  type LazyModel,
  logitCases,
  logitsOfAll,
  logitTolerance,
  logProbability,
  logprobTolerance,
} from './runModel.ts';

/** The head's input: the last residual stream after the final norm, f32 [ids, hidden]. */
async function headInput(model: LoadedModel, ids: readonly number[]): Promise<Float32Array> {
  const { backend, config } = model;
  const size = ids.length * config.hiddenSize;
  const stream = backend.createTensor('last stream', 'f32', size);
  const normed = backend.createTensor('head input', 'f32', size);
  backend.upload(stream, (await observeLayers(model, ids)).slice(-size));
  const plan = await backend.record('final norm', [
    rmsNorm(stream, model.finalNorm, normed, { epsilon: config.rmsNormEpsilon }),
  ]);
  backend.submit(plan, { rows: ids.length });
  const result = (await backend.download(normed)) as Float32Array;
  backend.destroyPlan(plan);
  for (const tensor of [stream, normed]) backend.destroyTensor(tensor);
  return result;
}

async function* f32Cases(folder: string, load: LazyModel): AsyncGenerator<ConformanceCase> {
  const golden = await openTensors(folder, 'golden.safetensors');
  yield* logitCases(golden, '', load, { readings: ['at once', 'in chunks', 'token by token'] });
  yield* greedyCases(golden, '', load);
  for (const name of golden.tensors.keys()) {
    const [, kind, length] = /^(continuation_logprobs|hidden|final_norm)_(\d+)$/.exec(name) ?? [];
    if (kind === 'hidden') {
      yield {
        name,
        async run() {
          const { model } = await load();
          const hidden = await observeLayers(model, [...(await readIntegers(golden, `prompt_${length}`))]);
          return { error: largestDifference(hidden, await readFloats(golden, name)), tolerance: logitTolerance };
        },
      };
    }
    if (kind === 'final_norm') {
      yield {
        name,
        async run() {
          const { model } = await load();
          const ids = [...(await readIntegers(golden, `prompt_${length}`))];
          return {
            error: largestDifference(await headInput(model, ids), await readFloats(golden, name)),
            tolerance: logitTolerance,
          };
        },
      };
    }
    if (kind === 'continuation_logprobs') {
      yield {
        name,
        async run() {
          const { model } = await load();
          const prompt = [...(await readIntegers(golden, `prompt_${length}`))];
          const continuation = [...(await readIntegers(golden, 'continuation'))];
          const logits = await logitsOfAll(model, [...prompt, ...continuation]);
          const size = model.config.vocabularySize;
          const logprobs = continuation.map((id, index) => {
            const at = (prompt.length + index - 1) * size;
            return logProbability(logits.subarray(at, at + size), id);
          });
          return { error: largestDifference(logprobs, await readFloats(golden, name)), tolerance: logprobTolerance };
        },
      };
    }
  }
}

/** The same prompts with quantised weights; the prefix of a golden tensor names the formats. */
async function* quantisedCases(folder: string, backend: Backend): AsyncGenerator<ConformanceCase> {
  const golden = await openTensors(folder, 'golden_quant.safetensors');
  const prompts = await openTensors(folder, 'golden.safetensors');
  const prefixes = new Set([...golden.tensors.keys()].map((name) => name.slice(0, name.indexOf('/') + 1)));
  for (const prefix of prefixes) {
    const [weights, tables = 'stored'] = prefix.slice(0, -1).split('+') as [
      QuantizationChoice,
      QuantizationChoice | undefined,
    ];
    const choices = { weights, embedding: tables, head: tables };
    const lazy = lazily(backend, () => openFolder(folder), choices);
    const load: LazyModel = async () => ({ model: await lazy.load() });
    yield* logitCases(golden, prefix, load, { prompts });
    yield* greedyCases(golden, prefix, load, { prompts });
    await lazy.destroy();
    yield* packedCases(folder, prefix, choices, backend);
  }
}

/** The same model through a packed file: the result must be identical bit for bit. */
async function* packedCases(
  folder: string,
  prefix: string,
  choices: QuantizationChoices,
  backend: Backend,
): AsyncGenerator<ConformanceCase> {
  const direct = lazily(backend, () => openFolder(folder), choices);
  const packed = lazily(backend, async () => {
    const pieces: Blob[] = [];
    for await (const { bytes } of convertModel(await openFolder(folder), choices)) pieces.push(new Blob([bytes]));
    return await openModelFile([{ name: 'packed', blob: new Blob(pieces) }]);
  });
  yield {
    name: `${prefix}packed`,
    async run() {
      const prompts = await openTensors(folder, 'golden.safetensors');
      const ids = [...(await readIntegers(prompts, 'prompt_37'))];
      const expected = await logitsOfAll(await direct.load(), ids);
      const logits = await logitsOfAll(await packed.load(), ids);
      return { error: countDifferences(logits, expected), tolerance: 0, note: `${logits.length} logits` };
    },
  };
  await direct.destroy();
  await packed.destroy();
}

export const cases: CasesOfFolder = async function* (folder, backend) {
  const hasWeights = hasFiles(folder, 'model.safetensors') || hasFiles(folder, 'model.safetensors.index.json');
  if (!hasWeights || !hasFiles(folder, 'config.json', 'golden.safetensors')) return;
  const reason = await unsupportedReason(() => openFolder(folder));
  if (reason !== undefined) {
    yield { name: 'model', run: async () => ({ unsupported: reason }) };
    return;
  }
  const lazy = lazily(backend, () => openFolder(folder));
  yield* f32Cases(folder, async () => ({ model: await lazy.load() }));
  await lazy.destroy();
  if (hasFiles(folder, 'config.v5.json')) {
    const golden = await openTensors(folder, 'golden.safetensors');
    const other = lazily(backend, () => openFolder(folder, 'config.v5.json'));
    for (const { name, run } of logitCases(golden, '', async () => ({ model: await other.load() })))
      yield { name: `config.v5 ${name}`, run };
    await other.destroy();
  }
  if (hasFiles(folder, 'golden_quant.safetensors')) yield* quantisedCases(folder, backend);
};
