// Times one model on one device, in Node and in a page alike: loading, compiling, reading a prompt, writing an answer.
import { createSession, type DeviceChoice, loadModel, openBackend, openModelFile } from '../../src/engine/index.ts';

export interface MeasureRequest {
  readonly device: DeviceChoice;
  /** Read once untimed, then timed. */
  readonly prompt: readonly number[];
  /** Tokens written greedily after the prompt. */
  readonly steps: number;
}

export interface Measurement {
  readonly description: string;
  readonly loadMilliseconds: number;
  readonly compileMilliseconds: number;
  /** Tokens a second. */
  readonly prefill: number;
  readonly decode: number;
  /** The greedy continuation. */
  readonly ids: readonly number[];
}

export async function measureModel(model: Blob, request: MeasureRequest, gpu?: GPU): Promise<Measurement> {
  const { device, prompt, steps } = request;
  const { backend, report } = await openBackend({ device, ...(gpu === undefined ? {} : { gpu }) });
  const started = performance.now();
  const loaded = await loadModel(backend, await openModelFile([{ name: 'model.gguf', blob: model }]));
  const loadMilliseconds = performance.now() - started;
  const session = createSession(loaded);
  await session.prepare();
  const compileMilliseconds = performance.now() - started - loadMilliseconds;
  // The first submission of a pipeline finishes its compilation on some drivers.
  await session.readGreedy(prompt);
  await session.readGreedy(prompt.slice(0, 1));
  session.truncate(0);

  const beforePrefill = performance.now();
  const ids = [await session.readGreedy(prompt)];
  const beforeDecode = performance.now();
  while (ids.length <= steps) ids.push(await session.readGreedy(ids.slice(-1)));
  const end = performance.now();
  backend.destroy();
  return {
    description: report.description,
    loadMilliseconds,
    compileMilliseconds,
    prefill: (prompt.length * 1_000) / (beforeDecode - beforePrefill),
    decode: (steps * 1_000) / (end - beforeDecode),
    ids,
  };
}
