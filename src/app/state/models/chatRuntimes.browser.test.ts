// Models of other runtimes through the app's own service: chosen, loaded when first wanted, answered by, let go, removed.
import { afterEach, expect, test } from 'vitest';
import { keptBytes, onnxChoices } from '../../../models/index.ts';
import { createHubWorld } from '../../../models/testing/hubWorld.ts';
import { deleteSetting, writeSetting } from '../../../store/index.ts';
import { streamAnswer } from '../../../workflows/answers/streamAnswer.ts';
import { onNextFrame } from '../nextFrame.ts';
import { settingKeys } from '../settingKeys.ts';
import {
  addExternalModel,
  capabilitiesOf,
  chatRuntimeState,
  type ExternalModel,
  ensureChatRuntime,
  externalModelId,
  externalModels,
  listWebLlmModels,
  releaseExternalRuntimes,
  removeExternalModel,
} from './chatRuntimes.ts';
import { library } from './library.ts';

const repository = 'tributary/tiny-llama-onnx';
const golden = (name: string): { content: { golden: string } } => ({
  content: { golden: `engine/tiny-llama-onnx/${name}` },
});

afterEach(async () => {
  releaseExternalRuntimes();
  await deleteSetting(settingKeys.hub);
  await deleteSetting(settingKeys.device);
});

test('a model of another runtime is chosen, answers, and is let go', async () => {
  const files = {
    'config.json': golden('config.json'),
    'tokenizer.json': golden('tokenizer.json'),
    'tokenizer_config.json': golden('tokenizer_config.json'),
    'onnx/model.onnx': golden('onnx/model.onnx'),
  };
  const tags = ['text-generation'];
  const world = await createHubWorld({ repositories: { [repository]: { commit: 'c0ffee', tags, files } } });
  await writeSetting(settingKeys.hub, world.hub);
  await writeSetting(settingKeys.device, 'processor');
  const [model] = onnxChoices({ repository, revision: 'c0ffee', files: [{ name: 'onnx/model.onnx', bytes: 904_105 }] });
  const foreign = model as ExternalModel;
  const id = externalModelId(foreign);
  await addExternalModel(foreign);
  expect(externalModels()?.map(externalModelId)).toContain(id);
  expect(capabilitiesOf(id)).toMatchObject({ adapters: false, influence: false, training: false, processor: true });
  expect(capabilitiesOf('seedling')).toMatchObject({ adapters: true, influence: true });
  expect(await world.log()).toEqual([]);
  expect(await keptBytes(foreign)).toBe(0);

  const runtime = await ensureChatRuntime(id);
  expect(chatRuntimeState()).toMatchObject({ phase: 'ready', modelId: id, summary: { device: 'cpu' } });
  const request = { messages: [{ role: 'user', content: 't5t9' }], temperature: 0, max_tokens: 3 } as const;
  const { text, usage } = await streamAnswer({
    runtime,
    request,
    signal: new AbortController().signal,
    schedule: onNextFrame,
    onUpdate: () => undefined,
  });
  expect(text).toMatch(/^(t\d+){3}$/);
  expect(usage).toMatchObject({ promptTokens: 2, completionTokens: 3 });

  const kept = await keptBytes(foreign);
  expect(kept).toBeGreaterThan(904_105);
  expect(await keptBytes({ ...foreign, id: `${repository}@c0ffee:q4` })).toBe(0);
  expect(await library.deletables()).toContainEqual({ kind: 'runtime', id, name: foreign.name, bytes: kept });
  releaseExternalRuntimes();
  expect(chatRuntimeState().phase).toBe('idle');
  await library.makeRoom({ kind: 'runtime', id, name: foreign.name, bytes: kept });
  expect(await keptBytes(foreign)).toBe(0);
  expect(externalModels()?.map(externalModelId)).not.toContain(id);
  await addExternalModel(foreign);
  await world.change({ repositories: {} });
  await expect(ensureChatRuntime(id)).rejects.toMatchObject({ code: 'RUNTIME_DOWNLOAD_FAILED' });
  expect(chatRuntimeState()).toMatchObject({ phase: 'failed', modelId: id });
  await removeExternalModel(foreign);
});

test('WebLLM’s list comes from its worker', async () => {
  expect((await listWebLlmModels()).every(({ runtime, webGpu }) => runtime === 'webLlm' && webGpu === 'required')).toBe(
    true,
  );
});
