// The engine in a real browser's worker: on WebGPU and on the CPU, with the embedded model.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acquireDevice,
  createSession,
  createWebGpuBackend,
  type EngineService,
  loadModel,
  openModelFile,
} from '../src/engine/index.ts';
import { openSafetensors } from '../src/engine/safetensors/openSafetensors.ts';
import { connect, type Remote } from '../src/lib/rpc.ts';
import golden from '../test/golden/engine/seedling.json';

const fetchBlob = async (url: URL | string): Promise<Blob> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return await response.blob();
};

describe.each(['gpu', 'cpu'] as const)('the engine worker on the %s', (device) => {
  let worker: Worker;
  let engine: Remote<EngineService>;
  beforeAll(async () => {
    worker = new Worker(new URL('./engine.ts', import.meta.url), { type: 'module' });
    engine = connect<EngineService>(worker);
    const blob = await fetchBlob('/models/seedling/seedling.Q8_0.gguf');
    await engine.loadModel({ files: [{ name: 'seedling.gguf', blob }], contextLength: 128, device });
  });
  afterAll(() => worker.terminate());

  it('streams the golden answer', async () => {
    const [chat] = golden.chats;
    const messages = chat?.messages as { role: 'user'; content: string }[];
    let text = '';
    for await (const { delta } of engine.chat({ messages, temperature: 0, max_tokens: 32 })) text += delta;
    expect(text).toBe(chat?.text);
  });

  it('says which device it is', async () => {
    const { description } = await engine.probe({});
    expect(description).toMatch(device === 'gpu' ? /swiftshader/i : /^CPU/);
  });
});

it('gives the golden logits of tiny-llama in this browser', async () => {
  const folder = (name: string): URL => new URL(`../test/golden/engine/tiny-llama/${name}`, import.meta.url);
  const files = await Promise.all(
    ['config.json', 'model.safetensors'].map(async (name) => ({ name, blob: await fetchBlob(folder(name)) })),
  );
  const model = await loadModel(createWebGpuBackend(await acquireDevice()), await openModelFile(files));
  const { tensors } = await openSafetensors({ name: 'golden', blob: await fetchBlob(folder('golden.safetensors')) });
  const read = async (name: string): Promise<ArrayBuffer> => {
    const bytes = await tensors.get(name)?.read();
    if (bytes === undefined) throw new Error(`golden tensor ${name} is missing`);
    return bytes.slice().buffer;
  };
  for (const length of [1, 37]) {
    const session = createSession(model, { prefillChunkSize: 16 });
    const logits = await session.forwardAllLogits([...new Int32Array(await read(`prompt_${length}`))]);
    const expected = new Float32Array(await read(`logits_${length}`));
    expect(logits.length).toBe(expected.length);
    let worst = 0;
    for (const [index, value] of expected.entries())
      worst = Math.max(worst, Math.abs(value - (logits[index] ?? Number.NaN)));
    expect(worst).toBeLessThan(2e-4);
    session.destroy();
  }
  model.backend.destroy();
});
