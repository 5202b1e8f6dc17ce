// Three different causes of "no model can run here" get three different answers.
import { afterEach, expect, test, vi } from 'vitest';
import { checkDevice } from './checkDevice.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a page that is not served securely', async () => {
  vi.stubGlobal('isSecureContext', false);
  await expect(checkDevice()).rejects.toMatchObject({
    code: 'APP_INSECURE_CONTEXT',
    facts: { origin: location.origin },
  });
});

test('a browser without WebGPU', async () => {
  vi.spyOn(navigator, 'gpu', 'get').mockReturnValue(undefined as never);
  await expect(checkDevice()).rejects.toMatchObject({ code: 'APP_NO_WEBGPU' });
});

test('WebGPU without a GPU that answers', async () => {
  vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  await expect(checkDevice()).rejects.toMatchObject({ code: 'APP_NO_GPU_ADAPTER' });
});
