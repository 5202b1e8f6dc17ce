// Where the library may ask for files. It is a stand-in here, that asks as a changed version or a model's config might make it;
// the real one answers in `workers/transformers.browser.test.ts`.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CallContext } from '../../../lib/rpc.ts';
import { createTransformersService } from './createTransformersService.ts';
import { onnxChoices } from './onnxChoices.ts';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
const library = vi.hoisted(() => ({
  env: { backends: { onnx: {} } } as unknown as { fetch: Fetch },
  asks: '',
}));
vi.mock('@huggingface/transformers', () => ({
  env: library.env,
  AutoModelForCausalLM: {
    from_pretrained: async () => {
      const response = await library.env.fetch(library.asks);
      throw new Error(`unreadable: ${await response.text()}`);
    },
  },
}));

const [model] = onnxChoices({
  repository: 'owner/tiny',
  revision: 'main',
  files: [{ name: 'onnx/model.onnx', bytes: 1 }],
});
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const asked: { readonly url: string; readonly authorization: string | null }[] = [];
beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal('self', { location: new URL('https://app.example/') });
  vi.stubGlobal('fetch', async (url: string, { headers }: { headers: Headers }) => {
    asked.push({ url, authorization: headers.get('authorization') });
    return new Response('nothing');
  });
});
afterEach(() => vi.unstubAllGlobals());

const load = (asks: string): Promise<unknown> => {
  library.asks = asks;
  if (model === undefined) throw new Error('The repository offers no model.');
  return createTransformersService().load(
    { model, hub: 'https://hub.example', token: 'hf_secret', device: 'cpu' },
    context,
  );
};

it('refuses an address that is neither the hub’s nor its own, before anything is sent there', async () => {
  for (const url of ['https://else.example/config.json', 'http://hub.example/config.json']) {
    await expect(load(url)).rejects.toMatchObject({
      code: 'RUNTIME_REQUEST_REFUSED',
      facts: { origin: new URL(url).origin, hub: 'https://hub.example' },
    });
  }
  expect(asked).toEqual([]);
});

it('shows the token to the hub alone, and says what the library could not start', async () => {
  for (const url of ['https://hub.example/config.json', 'https://app.example/ort.wasm']) {
    await expect(load(url)).rejects.toMatchObject({
      code: 'RUNTIME_LOAD_FAILED',
      facts: { details: 'Error: unreadable: nothing' },
    });
  }
  expect(asked).toEqual([
    { url: 'https://hub.example/config.json', authorization: 'Bearer hf_secret' },
    { url: 'https://app.example/ort.wasm', authorization: null },
  ]);
});

it('says that WebGPU was asked for and is not there', async () => {
  vi.stubGlobal('navigator', {});
  if (model === undefined) throw new Error('The repository offers no model.');
  await expect(createTransformersService().load({ model, device: 'gpu' }, context)).rejects.toMatchObject({
    code: 'RUNTIME_NO_WEBGPU',
  });
});
