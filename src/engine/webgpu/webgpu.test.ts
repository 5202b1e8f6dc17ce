import { describe, expect, it } from 'vitest';
import type { Operator } from '../backend.ts';
import { add, addOperator } from '../kernels/add/add.ts';
import { dispatchSize } from '../kernels/dispatchSize.ts';
import { rmsNorm } from '../kernels/rmsNorm/rmsNorm.ts';
import { dawnBackend } from '../testing/agreement.ts';
import { acquireDevice } from './acquireDevice.ts';
import { createWebGpuBackend } from './createWebGpuBackend.ts';
import { dawn } from './node.ts';

/** A `GPU` whose adapter differs from a real one only where a test needs it. */
function gpuWith(adapter: object | null): GPU {
  return { requestAdapter: async () => adapter } as unknown as GPU;
}

describe('acquireDevice', () => {
  it('names what is missing', async () => {
    // Node itself has no WebGPU.
    await expect(acquireDevice(undefined)).rejects.toMatchObject({ code: 'ENGINE_NO_WEBGPU' });
    await expect(acquireDevice(gpuWith(null))).rejects.toMatchObject({ code: 'ENGINE_NO_ADAPTER' });
    const small = { limits: { maxStorageBufferBindingSize: 1 << 20 }, features: new Set(), info: {} };
    await expect(acquireDevice(gpuWith(small))).rejects.toMatchObject({
      code: 'ENGINE_LIMITS_TOO_SMALL',
      facts: { maxStorageBufferBindingSize: 1 << 20 },
    });
    const refusing = {
      limits: { maxStorageBufferBindingSize: 2 ** 30 },
      features: new Set(),
      info: {},
      requestDevice: async () => Promise.reject(new Error('no memory')),
    };
    await expect(acquireDevice(gpuWith(refusing))).rejects.toMatchObject({ code: 'ENGINE_NO_DEVICE' });
  });

  it('recognises a software device without a name, as in Firefox', async () => {
    const info = (isFallbackAdapter: boolean) => ({ vendor: '', architecture: '', description: '', isFallbackAdapter });
    const adapter = (isFallbackAdapter: boolean) => ({
      limits: { maxStorageBufferBindingSize: 2 ** 27 },
      features: new Set(),
      info: info(isFallbackAdapter),
      requestDevice: async () => ({}),
    });
    const nameless = await acquireDevice(gpuWith(adapter(true)));
    expect(nameless.description).toBe('WebGPU device');
    expect(nameless.features.has('software')).toBe(true);
    expect((await acquireDevice(gpuWith(adapter(false)))).features.has('software')).toBe(false);
  });

  it('opens Dawn and tells a software device from a hardware GPU', async () => {
    const { device, description, features } = await acquireDevice(dawn());
    expect(description).not.toBe('');
    expect(features.has('software')).toBe(/swiftshader|llvmpipe/i.test(description));
    device.destroy();
  });
});

describe('the WebGPU backend', () => {
  it('refuses a tensor that exceeds every binding', async () => {
    const backend = await dawnBackend();
    expect(() => backend.createTensor('huge', 'f32', 2 ** 40)).toThrow(
      expect.objectContaining({ code: 'ENGINE_BUFFER_TOO_LARGE' }),
    );
  });

  it('reports the compiler’s message for a shader that does not compile', async () => {
    const backend = await dawnBackend();
    const tensor = backend.createTensor('t', 'f32', 4);
    const operator: Operator = {
      ...addOperator,
      name: 'broken',
      variants: [{ name: 'only', source: () => 'fn main() { let a: u32 = 1.5; }', workgroups: () => [1, 1, 1] }],
    };
    const recording = backend.record('p', [{ operator, tensors: { source: tensor, target: tensor }, constants: {} }]);
    await expect(recording).rejects.toMatchObject({ code: 'ENGINE_SHADER_INVALID', facts: { shader: 'broken/only' } });
    await expect(recording).rejects.toMatchObject({ facts: { details: expect.stringContaining('1:') } });
  });

  it('refuses a call without its tensor', async () => {
    const backend = await dawnBackend();
    const tensor = backend.createTensor('t', 'f32', 4);
    const constants = { columns: 4, scale: 1 };
    await expect(
      backend.record('p', [{ operator: addOperator, tensors: { source: tensor }, constants }]),
    ).rejects.toMatchObject({ code: 'ENGINE_PLAN_INVALID', facts: { tensor: 'target' } });
  });

  it('compiles equal sources into one pipeline', async () => {
    const backend = await dawnBackend();
    const [source, target] = ['a', 'b'].map((label) => backend.createTensor(label, 'f32', 4));
    if (source === undefined || target === undefined) throw new Error('no tensors');
    const call = { operator: addOperator, tensors: { source, target }, constants: { columns: 4, scale: 0.123 } };
    const before = backend.counters.pipelines;
    await backend.record('one', [call, call]);
    await backend.record('two', [call]);
    expect(backend.counters.pipelines).toBe(before + 1);
  });

  it('reaches every element of a dispatch that needs two dimensions', async () => {
    const backend = await dawnBackend();
    const length = 65_535 * 64 + 100;
    expect(dispatchSize(length)).toEqual([65_535, 2, 1]);
    const [source, target] = ['a', 'b'].map((label) => backend.createTensor(label, 'f32', length));
    if (source === undefined || target === undefined) throw new Error('no tensors');
    backend.upload(source, new Float32Array(length).fill(3));
    const call = { operator: addOperator, tensors: { source, target }, constants: { columns: length, scale: 1 } };
    backend.submit(await backend.record('long', [call]), { rows: 1 });
    const result = (await backend.download(target)) as Float32Array;
    expect(result.every((value) => value === 3)).toBe(true);
    for (const tensor of [source, target]) backend.destroyTensor(tensor);
  });

  it('never returns results of a submission that the device refused', async () => {
    const backend = createWebGpuBackend(await acquireDevice(dawn()));
    const tensor = backend.createTensor('t', 'f32', 4);
    const call = {
      operator: addOperator,
      tensors: { source: tensor, target: tensor },
      constants: { columns: 4, scale: 1 },
    };
    // WebGPU forbids reading and writing one buffer in one dispatch, but reports it only on submission.
    backend.submit(await backend.record('alias', [call]), { rows: 1 });
    await expect(backend.download(tensor)).rejects.toMatchObject({ code: 'ENGINE_COMMAND_REFUSED' });
    backend.destroy();
  });

  it('binds at most the guaranteed size, and larger tensors in parts', async () => {
    const backend = await dawnBackend();
    const limit = 32 * 2 ** 20;
    const source = backend.createTensor('large', 'f32', limit + 64);
    const target = backend.createTensor('t', 'f32', 64);
    const call = { operator: addOperator, constants: { columns: 64, scale: 1 } };
    await expect(backend.record('p', [{ ...call, tensors: { source, target } }])).rejects.toMatchObject({
      code: 'ENGINE_BINDING_TOO_LARGE',
      facts: { tensor: 'large', bytes: limit * 4 + 256, limit: limit * 4 },
    });
    backend.upload(source, new Float32Array(64).fill(5), limit);
    const part = { tensor: source, offset: limit, length: 64 };
    backend.submit(await backend.record('p', [{ ...call, tensors: { source: part, target } }]), { rows: 1 });
    expect([...(await backend.download(target))]).toEqual(Array.from({ length: 64 }, () => 5));
    const { buffers, allocatedBytes } = backend.counters;
    for (const tensor of [source, target]) backend.destroyTensor(tensor);
    expect(backend.counters).toMatchObject({ buffers, allocatedBytes: allocatedBytes - (limit + 128) * 4 });
  });

  it('tells out-of-memory from a refused command', async () => {
    const acquired = await acquireDevice(dawn());
    const backend = createWebGpuBackend(acquired);
    const tensor = backend.createTensor('t', 'f32', 4);
    acquired.device.dispatchEvent(
      new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('no room') }),
    );
    await expect(backend.download(tensor)).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_MEMORY',
      facts: { details: 'no room' },
    });
    await expect(backend.record('p', [])).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY' });
    backend.destroy();
  });

  it('a device that is lost while a plan is compiled is reported as lost', async () => {
    const acquired = await acquireDevice(dawn());
    const backend = createWebGpuBackend(acquired, { tryVariants: true });
    const [x, weight, y] = ['x', 'weight', 'y'].map((label) => backend.createTensor(label, 'f32', 64));
    if (x === undefined || weight === undefined || y === undefined) throw new Error('no tensors');
    const recording = backend.record('p', [rmsNorm(x, weight, y, { epsilon: 1e-5 }), add(x, y, 64)]);
    // Other pending work must not reject unhandled when the device is lost: the runner would fail.
    acquired.device.destroy();
    await expect(recording).rejects.toMatchObject({ code: 'ENGINE_DEVICE_LOST' });
  });

  it('reports the loss of its device, also to whoever waits for a result', async () => {
    const acquired = await acquireDevice(dawn());
    const backend = createWebGpuBackend(acquired);
    const tensor = backend.createTensor('t', 'f32', 4);
    acquired.device.destroy();
    await expect(backend.download(tensor)).rejects.toMatchObject({ code: 'ENGINE_DEVICE_LOST' });
    expect(await backend.lost).toMatchObject({ code: 'ENGINE_DEVICE_LOST' });
  });
});
