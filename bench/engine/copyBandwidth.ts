// A plain copy kernel: an upper bound on the bytes per second that any kernel can move on a device.
import { acquireDevice } from '../../src/engine/index.ts';

export interface Bandwidth {
  readonly device: string;
  /** Whether shaders run on the CPU. */
  readonly software: boolean;
  /** Read and written bytes together. */
  readonly bytesPerSecond: number;
}

const CODE = `
  @group(0) @binding(0) var<storage, read> original: array<vec4u>;
  @group(0) @binding(1) var<storage, read_write> duplicate: array<vec4u>;
  @compute @workgroup_size(256)
  fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) count: vec3u) {
    let stride = count.x * 256u;
    for (var index = id.x; index < arrayLength(&original); index += stride) { duplicate[index] = original[index]; }
  }`;

/** Larger than every CPU cache here; small enough for every device's bindings. */
const BYTES = 128 * 1024 * 1024;
const WORKGROUPS = 8_192;
const COPIES = 8;
const REPETITIONS = 5;

/** The best of several submissions of several copies each. */
export async function copyBandwidth(gpu?: GPU): Promise<Bandwidth> {
  const { device, description, features } = await acquireDevice(gpu);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffers = [0, 1].map((index) => device.createBuffer({ label: `copy ${index}`, size: BYTES, usage }));
  const [original, duplicate] = buffers as [GPUBuffer, GPUBuffer];
  // Zeroed pages may all map to one page: the source must have been written.
  device.queue.writeBuffer(original, 0, new Uint32Array(BYTES / 4).fill(1));
  const module = device.createShaderModule({ code: CODE });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [original, duplicate].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  async function copy(): Promise<number> {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let index = 0; index < COPIES; index += 1) pass.dispatchWorkgroups(WORKGROUPS);
    pass.end();
    const before = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - before;
  }
  await copy();
  let best = Number.POSITIVE_INFINITY;
  for (let repetition = 0; repetition < REPETITIONS; repetition += 1) best = Math.min(best, await copy());
  device.destroy();
  return {
    device: description,
    software: features.has('software'),
    bytesPerSecond: (2 * BYTES * COPIES * 1_000) / best,
  };
}
