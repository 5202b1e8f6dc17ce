import { describe, expect, it } from 'vitest';
import type { Backend } from '../backend.ts';
import { add } from '../kernels/add/add.ts';
import { swiGlu } from '../kernels/swiGlu/swiGlu.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { acquireDevice } from './acquireDevice.ts';
import { createWebGpuBackend } from './createWebGpuBackend.ts';
import { dawn } from './node.ts';

/** Dawn, with an adapter that does not offer `hidden`. */
function dawnWithout(hidden: string): GPU {
  return {
    async requestAdapter() {
      const adapter = await dawn().requestAdapter();
      if (adapter === null) throw new Error('no adapter');
      const features = new Set([...adapter.features].filter((feature) => feature !== hidden));
      const { limits, info } = adapter;
      return { limits, info, features, requestDevice: (descriptor: object) => adapter.requestDevice(descriptor) };
    },
  } as unknown as GPU;
}

const places: readonly { readonly name: string; readonly open: () => Promise<Backend> }[] = [
  { name: 'the device’s clock', open: async () => createWebGpuBackend(await acquireDevice(dawn())) },
  {
    name: 'the clock of the host',
    open: async () => createWebGpuBackend(await acquireDevice(dawnWithout('timestamp-query'))),
  },
  { name: 'the reference', open: async () => createReferenceBackend() },
];

describe.each(places)('a profile by $name', ({ open }) => {
  it('runs the plan, and reports and times every call in order', async () => {
    const backend = await open();
    const length = 1_000_000;
    const [source, target, gated] = ['a', 'b', 'c'].map((label) => backend.createTensor(label, 'f32', length));
    if (source === undefined || target === undefined || gated === undefined) throw new Error('no tensors');
    backend.upload(source, new Float32Array(length).fill(2));
    const plan = await backend.record('plan', [add(source, target, length, 3), swiGlu(source, target, gated, length)]);
    const times = await backend.profile(plan, { rows: 1 });
    expect(times.map(({ operator }) => operator)).toEqual(['add', 'swiGlu']);
    expect(times.map(({ constants }) => constants['columns'])).toEqual([length, length]);
    for (const { milliseconds, variant } of times) {
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(variant).not.toBe('');
    }
    expect(times.reduce((total, { milliseconds }) => total + milliseconds, 0)).toBeGreaterThan(0);
    expect((await backend.download(target))[length - 1]).toBe(6);
    expect((await backend.download(gated))[length - 1]).toBeCloseTo(12 / (1 + Math.exp(-2)), 4);
    backend.destroy();
  });
});
