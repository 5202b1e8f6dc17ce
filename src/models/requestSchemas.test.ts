// Whatever a caller sends to the workers of models and runtimes, it answers with a typed error, and asks nobody for anything.
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { codeOf, damagedRequest, outcomeOf } from '../../test/support/damagedRequest.ts';
import type { CallContext } from '../lib/rpc.ts';
import { createModelsService } from './createModelsService.ts';
import { createWebLlmService } from './runtimes/index.ts';
import { memoryFileStore } from './testing/memoryFileStore.ts';

const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const services = {
  models: createModelsService({
    journal: { read: async () => undefined, update: async () => undefined },
    files: memoryFileStore(16),
  }),
  webLlm: createWebLlmService(),
};
afterEach(() => {
  vi.unstubAllGlobals();
});

const model = {
  runtime: 'webLlm',
  id: 'none',
  name: 'n',
  source: { kind: 'prebuilt' },
  webGpu: 'required',
  features: [],
};
const requests: readonly [keyof typeof services, string, object][] = [
  ['models', 'search', { hub: 'https://hub.invalid', query: 'a' }],
  ['models', 'open', { hub: 'https://hub.invalid', address: 'a/b' }],
  ['models', 'inspect', { files: [{ name: 'a.gguf', bytes: 3, location: { kind: 'blob', blob: new Blob(['abc']) } }] }],
  ['models', 'measure', { urls: ['https://hub.invalid/a'] }],
  ['models', 'install', { id: 'a', dropped: [{ name: 'a', blob: new Blob(['abc']) }] }],
  ['webLlm', 'load', { model, device: 'gpu' }],
  ['webLlm', 'remove', { model }],
  ['webLlm', 'chat', { messages: [{ role: 'user', content: 'a' }] }],
];
const outcome = (service: keyof typeof services, method: string, request: unknown): Promise<unknown> =>
  outcomeOf(() =>
    (services[service] as unknown as Record<string, (...all: unknown[]) => unknown>)[method]?.(request, context),
  );

it('refuses a request by its field', async () => {
  expect(await outcome('models', 'search', { hub: 5, query: '' })).toMatchObject({
    code: 'REQUEST_INVALID',
    facts: { field: 'hub', value: 5 },
  });
  expect(await outcome('models', 'install', {})).toMatchObject({ code: 'REQUEST_INVALID', facts: { field: 'id' } });
  expect(await outcome('models', 'connectBlocks', { port: null })).toMatchObject({ code: 'REQUEST_INVALID' });
  expect(await outcome('webLlm', 'load', { model: { ...model, features: 'f16' } })).toMatchObject({
    code: 'REQUEST_INVALID',
    facts: { field: 'model.features' },
  });
});

it('whatever is sent, errors are typed', { timeout: 120_000 }, async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('no network');
  });
  const damaged = requests.map(([service, method, request]) =>
    fc.tuple(fc.constant(service), fc.constant(method), damagedRequest(request)),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(...damaged), async ([service, method, request]) => {
      const result = await outcome(service, method, request);
      expect(codeOf(result), `${method} ${JSON.stringify(result)}`).not.toBe('untyped');
    }),
    { numRuns: 600 },
  );
});
