// What a session leaves on its device after a failed compilation.
import { expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { goldenModel } from '../testing/goldenModel.ts';
import { createSession } from './createSession.ts';
import { uploadAdapter } from './deviceAdapter.ts';
import { loadModel } from './loadModel.ts';

/** A device with a sampler, whose plans of a label fail while the label is in `failing`. */
function fragile(failing: Set<string>): Backend {
  const real = createReferenceBackend();
  return {
    ...real,
    kind: 'webgpu',
    async record(label, calls) {
      if (failing.has(label)) throw new Error(`no ${label}`);
      return await real.record(label, calls);
    },
  };
}

it('frees everything after a failed compilation, and tries again', async () => {
  const failing = new Set<string>();
  const backend = fragile(failing);
  const model = await loadModel(backend, await goldenModel('tiny-llama'), { contextLength: 32 });
  const loaded = backend.counters.allocatedBytes;
  const session = createSession(model);
  const made = backend.counters.allocatedBytes;
  const adapter = uploadAdapter(backend, 'a', [], model.config.layerCount);

  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['sample', () => session.sampler?.sample([1], 1) ?? Promise.resolve()],
    ['likeliest tokens', () => session.sampler?.sample([1], 1) ?? Promise.resolve()],
    ['head', () => session.forward([1, 2])],
    ['head of all rows', () => session.forwardAllLogits([1, 2])],
  ];
  for (const [label, attempt] of attempts) {
    failing.add(label);
    await expect(attempt()).rejects.toThrow(`no ${label}`);
    expect(backend.counters.allocatedBytes, label).toBe(made);
    failing.clear();
  }
  session.useAdapter(adapter);
  for (const label of ['decode a', 'prefill a']) {
    failing.add(label);
    await expect(session.forward(label === 'decode a' ? [1] : [1, 2])).rejects.toThrow(`no ${label}`);
    expect(backend.counters.allocatedBytes, label).toBe(made);
    failing.clear();
  }

  for (const [, attempt] of attempts) {
    session.truncate(0);
    await attempt();
  }
  adapter.destroy();
  session.destroy();
  // Late allocations are freed late.
  await new Promise((resolve) => setTimeout(resolve));
  expect(backend.counters.allocatedBytes).toBe(loaded);
  model.destroy();
  expect(backend.counters.allocatedBytes).toBe(0);
});
