// Packing, inspecting and measuring a model through the service, as a page does.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type CallContext, type Channel, connect, expose } from '../lib/rpc.ts';
import { createEngineService } from './createEngineService.ts';
import { openBackend } from './openBackend.ts';
import type { EngineService, PackProgress, QualityProgress } from './service.ts';

const seedling = {
  name: 'seedling.gguf',
  blob: new Blob([readFileSync(path.join(import.meta.dirname, '../../public/models/seedling/seedling.Q8_0.gguf'))]),
};
const text =
  'The quick brown fox jumps over the lazy dog. A small model reads it and guesses what comes next, word by word.';
const choices = { weights: 'q4_0', embedding: 'q8_0', head: 'q8_0' } as const;

const context = (onProgress = (_: unknown): void => undefined, signal = new AbortController().signal): CallContext => ({
  signal,
  progress: onProgress,
});

const createService = (): EngineService => createEngineService({ openBackend: () => openBackend({ device: 'cpu' }) });

/** Packs through a channel, where pieces are transferred instead of copied. */
async function pack(): Promise<{ readonly blob: Blob; readonly progress: readonly PackProgress[] }> {
  const { port1, port2 } = new MessageChannel();
  const stop = expose(createService(), port1 as unknown as Channel);
  const remote = connect<EngineService>(port2 as unknown as Channel);
  const progress: PackProgress[] = [];
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const files = [{ ...seedling, sha256: 'cd'.repeat(32) }];
  for await (const piece of remote.convertModel(
    { files, choices },
    { onProgress: (value: PackProgress) => progress.push(value) },
  ))
    bytes.push(piece.bytes);
  stop();
  port1.close();
  return { blob: new Blob(bytes), progress };
}

const packed = await pack();
const packedFiles = [{ name: 'packed', blob: packed.blob }];

it('describes a model and its size from its headers', async () => {
  const [of, ofPacked] = await Promise.all(
    [[seedling], packedFiles].map((files) => createService().inspectModel({ files, choices: [choices] }, context())),
  );
  expect(of).toMatchObject({
    container: 'gguf',
    parameterCount: 6_951_168,
    hasTokenizer: true,
    config: { architecture: 'llama', layerCount: 8 },
    sizes: [
      {
        choices,
        fileBytes: packed.blob.size,
        keyValueBytesPerToken: 8 * 8 * (of?.config.keyValueHeadCount ?? 0) * (of?.config.headDimension ?? 0),
      },
    ],
  });
  expect(ofPacked).toMatchObject({ container: 'packed', config: of?.config, parameterCount: 6_951_168 });
});

it('packs in pieces that are transferred to the caller, with progress to the last byte', () => {
  expect(packed.progress.length).toBeGreaterThan(50);
  expect(packed.progress.at(-1)).toEqual({ doneBytes: packed.blob.size, totalBytes: packed.blob.size });
});

describe('the quality report', async () => {
  const service = createService();
  await service.loadModel({ files: packedFiles, contextLength: 64 }, context());
  const alone = await service.measureQuality({ text }, context());

  it('covers the loaded model alone, or compared with its source, and leaves the model unchanged', async () => {
    const phases: QualityProgress[] = [];
    const report = await service.measureQuality(
      { text, reference: { files: [seedling] } },
      context((value) => phases.push(value as QualityProgress)),
    );
    const other = createService();
    await other.loadModel({ files: [seedling], contextLength: 64 }, context());
    const source = await other.measureQuality({ text }, context());
    expect(report).toMatchObject({ tokens: alone.tokens, perplexity: alone.perplexity });
    expect(report.reference?.perplexity).toBeCloseTo(source.perplexity, 4);
    expect(report.reference?.difference).toBeCloseTo(alone.perplexity - source.perplexity, 4);
    expect(Math.abs(report.reference?.difference ?? 0)).toBeGreaterThan(1e-3);
    expect(report.reference?.agreement).toBeGreaterThan(0.5);
    expect(report.reference?.agreement).toBeLessThan(1);
    expect(new Set(phases.map(({ phase }) => phase))).toEqual(new Set(['model', 'reference', 'restore']));
    expect(await service.measureQuality({ text }, context())).toEqual(alone);
  });

  it('stops on abort, and the model stays', async () => {
    const abort = new AbortController();
    const stopped = service.measureQuality(
      { text, reference: { files: [seedling] } },
      context((value) => {
        if ((value as QualityProgress).phase === 'reference') abort.abort();
      }, abort.signal),
    );
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(await service.measureQuality({ text }, context())).toEqual(alone);
  });

  it('refuses weights of a model with another vocabulary as its source, and the model stays', async () => {
    const files = ['config.json', 'model.safetensors'].map((name) => ({
      name,
      blob: new Blob([readFileSync(path.join(import.meta.dirname, '../../test/golden/engine/tiny-llama', name))]),
    }));
    await expect(service.measureQuality({ text, reference: { files } }, context())).rejects.toMatchObject({
      code: 'ENGINE_REFERENCE_FOREIGN',
      facts: { model: 4_096, reference: 1_003 },
    });
    expect(await service.measureQuality({ text }, context())).toEqual(alone);
  });

  it('refuses a text without anything to foretell', async () => {
    await expect(service.measureQuality({ text: '' }, context())).rejects.toMatchObject({
      code: 'ENGINE_TEXT_TOO_SHORT',
    });
  });
});
