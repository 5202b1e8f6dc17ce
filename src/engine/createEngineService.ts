// The engine behind its worker: one device, one model and its adapters, and requests to them, one at a time. It fetches nothing and
// stores nothing; bytes come in, results go out.
import { checkedService } from '../lib/checkedService.ts';
import { TributaryError } from '../lib/errors.ts';
import { createMutex } from '../lib/mutex.ts';
import { transfer } from '../lib/rpc.ts';
import { inspectModel } from './inspectModel.ts';
import { checkTokenIds } from './model/checkTokenIds.ts';
import type { SourceFile } from './modelFile.ts';
import { type OpenedBackend, openBackend } from './openBackend.ts';
import { openModelFile } from './openModelFile.ts';
import { measureQuality } from './quality/measureQuality.ts';
import { defaultChoices } from './quant/quantizationChoices.ts';
import { requestSchemas } from './requestSchemas.ts';
import { answerRequest } from './runtime/answerRequest.ts';
import { createModelManager } from './runtime/createModelManager.ts';
import type { DeviceChoice, EngineService, PackProgress, TrainEvent } from './service.ts';
import { train } from './train/train.ts';
import { convertModel } from './tribpack/convertModel.ts';

export interface EngineServiceOptions {
  /** Opens a device: on first use, when another is requested, and after a loss. Default: the browser's. */
  readonly openBackend?: (device: DeviceChoice) => Promise<OpenedBackend>;
}

/** The methods of the engine worker, see `EngineService`. */
export function createEngineService(options: EngineServiceOptions = {}): EngineService {
  const models = createModelManager(options.openBackend ?? ((device) => openBackend({ device })));
  const acquire = createMutex();
  let training = false;

  /** Requests do not wait for a training run: it may take hours. */
  function refuseWhileTraining(): void {
    if (!training) return;
    throw new TributaryError({
      code: 'ENGINE_BUSY',
      message: 'The engine is training an adapter.',
      hint: 'Wait until the training is done, or stop it.',
    });
  }

  async function withLock<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    refuseWhileTraining();
    const done = await acquire(signal);
    try {
      return await work();
    } catch (error) {
      models.abandonAfter(error);
      throw error;
    } finally {
      done();
    }
  }

  async function* streamWithLock<Item>(signal: AbortSignal, work: () => AsyncIterable<Item>): AsyncGenerator<Item> {
    const done = await acquire(signal);
    try {
      yield* work();
    } catch (error) {
      models.abandonAfter(error);
      throw error;
    } finally {
      done();
    }
  }

  const service: EngineService = {
    async probe({ device }, context) {
      const opening =
        device === undefined ? models.openDevice() : withLock(context.signal, () => models.openDevice(device));
      const { backend, report } = await opening;
      return backend.variants === undefined ? report : { ...report, variants: backend.variants.report() };
    },

    loadModel: (request, context) => withLock(context.signal, () => models.load(request, context)),

    inspectModel,

    async *convertModel({ files, choices, fromTensor }, { signal, progress }) {
      const file = await openModelFile(files);
      const hashes = new Map(files.map(({ name, sha256 }) => [name.split('/').at(-1), sha256]));
      const sources = file.sources.map((source): SourceFile => {
        const sha256 = hashes.get(source.name.split('/').at(-1)) ?? source.sha256;
        return sha256 === undefined ? source : { ...source, sha256 };
      });
      const report = (value: PackProgress): void => progress(value);
      const pieces = convertModel(file, choices ?? defaultChoices(file), {
        sources,
        fromTensor,
        signal,
        onProgress: (doneBytes, totalBytes) => report({ doneBytes, totalBytes }),
      });
      for await (const piece of pieces) yield transfer(piece, [piece.bytes.buffer]);
    },

    measureQuality: (request, context) => withLock(context.signal, () => measureQuality(models, request, context)),

    loadAdapter: (request, context) => withLock(context.signal, () => models.loadAdapter(request, context)),

    unloadAdapter: ({ id }, context) => withLock(context.signal, () => models.unloadAdapter(id, context)),

    async *chat(request, context) {
      refuseWhileTraining();
      yield* streamWithLock(context.signal, () => answerRequest(models, request, context));
    },

    encode: async ({ text }) => models.text().tokenizer.encode(text),
    async decode({ ids }) {
      const { tokenizer, vocabularySize } = models.text();
      checkTokenIds(ids, vocabularySize);
      return tokenizer.decode(ids);
    },
    encodeRows: async ({ rows }) => rows.map((row) => models.text().tokenizer.encodeRow(row)),
    async encodeAnswer(answer) {
      const { tokenizer, vocabularySize } = models.text();
      checkTokenIds(answer.answerIds, vocabularySize);
      return tokenizer.encodeAnswer(answer);
    },

    async *train(request, context) {
      refuseWhileTraining();
      // Set now, not when its turn comes: requests in between would wait behind it.
      training = true;
      try {
        yield* streamWithLock(context.signal, async function* () {
          const { model } = await models.ready(context);
          for await (const event of train(model, request, context)) yield withBuffers(event);
        });
      } finally {
        training = false;
      }
    },

    rowGradient: ({ adapterId, row }, context) =>
      withLock(context.signal, async () => {
        const { model } = await models.ready(context);
        checkTokenIds(row.inputIds, model.config.vocabularySize);
        const source = models.gradients(adapterId);
        const gradient = new Float32Array(source.length);
        for await (const each of source.gradients([row], context.signal)) gradient.set(each.gradient);
        return transfer(gradient, [gradient.buffer]);
      }),
  };
  return checkedService(service, requestSchemas);
}

/** Adapter and checkpoint bytes are transferred to the page instead of copied. */
function withBuffers(event: TrainEvent): TrainEvent {
  if (event.kind === 'checkpoint') return transfer(event, [event.bytes.buffer]);
  return event.kind === 'done' ? transfer(event, [event.weights.buffer]) : event;
}
