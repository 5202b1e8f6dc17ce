// The backend on a WebGPU device: labelled buffers, pipelines cached by source and overrides, bind groups built when a plan
// is recorded, one compute pass per submission. Knows operators only as WGSL text with bindings.
import { TributaryError } from '../../lib/errors.ts';
import type { Backend, ElementArray, ElementType, OperatorCall, Plan, Tensor, Variant } from '../backend.ts';
import type { AcquiredDevice } from './acquireDevice.ts';
import { createAutotuner, supportedVariants } from './autotune.ts';
import { createPipelineCache } from './pipelineCache.ts';
import { profileSteps } from './profileSteps.ts';
import type { Step } from './timePasses.ts';

interface DeviceTensor extends Tensor {
  readonly buffer: GPUBuffer;
}

interface CompiledCall {
  readonly call: OperatorCall;
  readonly variant: Variant;
  readonly access: string;
  readonly pipeline: GPUComputePipeline;
}

interface DevicePlan extends Plan {
  readonly steps: readonly Step[];
}

/** The binding size that every WebGPU device supports. A plan that needs more would work on some devices only, unnoticed. */
const MAX_BINDING_BYTES = 128 * 2 ** 20;

const INTERNAL = 'This is a mistake in the program: report it with these details.';

function view(type: ElementType, bytes: ArrayBuffer): ElementArray {
  if (type === 'f32') return new Float32Array(bytes);
  return type === 'u32' ? new Uint32Array(bytes) : new Int32Array(bytes);
}

export interface WebGpuBackendOptions {
  /**
   * Tries the variants of an operator when a plan first needs it: refuses wrong ones and uses the fastest correct one. Without
   * it, the first supported variant is used unchecked: for tests of single kernels.
   */
  readonly tryVariants?: boolean;
}

/** The backend on an acquired device. It takes ownership of the device: `destroy` ends it. */
export function createWebGpuBackend(acquired: AcquiredDevice, options: WebGpuBackendOptions = {}): Backend {
  const { device, description, features } = acquired;
  const counters = { buffers: 0, bindGroups: 0, pipelines: 0, submissions: 0, allocatedBytes: 0 };
  const { pipelineFor, layoutFor } = createPipelineCache(device, description, counters);
  const uniforms = new Map<string, GPUBuffer>();
  // One staging buffer serves all downloads, which therefore queue; it grows to the largest download.
  let staging: GPUBuffer | undefined;
  let downloads: Promise<unknown> = Promise.resolve();
  let destroyed = false;

  const lost = device.lost.then((info): Error => {
    return new TributaryError({
      code: 'ENGINE_DEVICE_LOST',
      message: destroyed ? 'The engine was stopped.' : 'The GPU stopped answering.',
      facts: { reason: info.reason, details: info.message },
      hint: 'Load the model again; if it happens twice, choose a smaller model or a shorter context.',
    });
  });

  // WebGPU reports failures of buffers and submissions asynchronously; unless recorded, results would silently be zeros.
  let fault: TributaryError | undefined;
  device.onuncapturederror = ({ error }) => {
    const memory = error.constructor.name === 'GPUOutOfMemoryError';
    fault ??= new TributaryError({
      code: memory ? 'ENGINE_OUT_OF_MEMORY' : 'ENGINE_COMMAND_REFUSED',
      message: memory ? 'The GPU has not enough memory.' : 'The GPU refused a command.',
      facts: { details: error.message, allocatedBytes: counters.allocatedBytes, device: description },
      hint: memory ? 'Choose a smaller model or a shorter context, or close other pages.' : INTERNAL,
    });
  };

  function allocate(label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    counters.buffers += 1;
    counters.allocatedBytes += size;
    return device.createBuffer({ label, size, usage });
  }

  /** Uniform buffers by content: equal shapes in different layers share one buffer. */
  function uniformFor(words: Uint32Array<ArrayBuffer>): GPUBuffer {
    const key = words.join();
    let buffer = uniforms.get(key);
    if (buffer === undefined) {
      buffer = allocate(`parameters ${key}`, words.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
      device.queue.writeBuffer(buffer, 0, words);
      uniforms.set(key, buffer);
    }
    return buffer;
  }

  async function compileCall(call: OperatorCall, variant: Variant): Promise<CompiledCall> {
    const { operator, constants } = call;
    const access =
      operator.bindings.map((binding) => (binding.access === 'write' ? 'w' : 'r')).join('') +
      (variant.parameters === undefined ? '' : 'u');
    const compiling = pipelineFor(`${operator.name}/${variant.name}`, variant, constants, access);
    const pipeline = await compiling.catch(async (cause) => {
      throw await lossOr(cause, 100);
    });
    return { call, variant, access, pipeline };
  }

  function bindCall(plan: string, { call, variant, access, pipeline }: CompiledCall): Step {
    const { operator, tensors, constants } = call;
    const parameters = variant.parameters?.(constants);
    const entries = operator.bindings.map(({ name }, binding): GPUBindGroupEntry => {
      const operand = tensors[name];
      if (operand === undefined) {
        throw new TributaryError({
          code: 'ENGINE_PLAN_INVALID',
          message: `The operator "${operator.name}" was recorded without its tensor "${name}".`,
          facts: { plan, operator: operator.name, tensor: name },
          hint: INTERNAL,
        });
      }
      const range = 'tensor' in operand ? operand : { tensor: operand, offset: 0, length: operand.length };
      // The exact size, so that `arrayLength` in a shader equals the tensor's length.
      const size = Math.max(1, range.length) * 4;
      if (size > MAX_BINDING_BYTES) {
        throw new TributaryError({
          code: 'ENGINE_BINDING_TOO_LARGE',
          message: `The tensor "${range.tensor.label}" is larger than a GPU can use at a time.`,
          facts: { plan, tensor: range.tensor.label, bytes: size, limit: MAX_BINDING_BYTES },
          hint: 'Choose a smaller or more strongly quantised model, or a shorter context.',
        });
      }
      return { binding, resource: { buffer: (range.tensor as DeviceTensor).buffer, offset: range.offset * 4, size } };
    });
    if (parameters !== undefined) {
      entries.push({ binding: entries.length, resource: { buffer: uniformFor(parameters) } });
    }
    counters.bindGroups += 1;
    const bindGroup = device.createBindGroup({
      label: `${plan}/${operator.name}`,
      layout: layoutFor(access).group,
      entries,
    });
    return {
      operator: operator.name,
      variant: variant.name,
      constants,
      pipeline,
      bindGroup,
      workgroups: (variables) => variant.workgroups(constants, variables),
    };
  }

  async function bindCalls(plan: string, calls: readonly CompiledCall[]): Promise<Step[]> {
    // Nothing is awaited while the scope is open, so it captures only the errors of these calls.
    device.pushErrorScope('validation');
    let steps: Step[];
    try {
      steps = calls.map((call) => bindCall(plan, call));
    } catch (error) {
      await device.popErrorScope();
      throw error;
    }
    const problem = await device.popErrorScope();
    if (problem === null) return steps;
    throw new TributaryError({
      code: 'ENGINE_SHADER_INVALID',
      message: `The plan "${plan}" does not fit this device.`,
      facts: { plan, details: problem.message, device: description },
      hint: INTERNAL,
    });
  }

  /** The device's loss, if it explains the failure: on a lost device everything fails, and the loss report says more. */
  function lossOr(cause: unknown, patience: number): Promise<unknown> {
    return Promise.race([lost, new Promise((resolve) => setTimeout(resolve, patience, cause))]);
  }

  async function readBack(tensor: DeviceTensor, offset: number, length: number): Promise<ElementArray> {
    const bytes = length * 4;
    if (staging === undefined || staging.size < bytes) {
      if (staging !== undefined) counters.allocatedBytes -= staging.size;
      staging?.destroy();
      staging = allocate('staging', Math.max(bytes, 65_536), GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    }
    const encoder = device.createCommandEncoder({ label: `download ${tensor.label}` });
    encoder.copyBufferToBuffer(tensor.buffer, offset * 4, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, bytes);
    } catch (cause) {
      throw await lossOr(cause, 1_000);
    }
    const copy = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    if (fault !== undefined) throw fault;
    return view(tensor.type, copy);
  }

  const memory: Pick<Backend, 'createTensor' | 'upload' | 'download' | 'destroyTensor'> = {
    createTensor(label, type, length) {
      // A buffer may have zero bytes, but a binding may not.
      const size = Math.max(1, length) * 4;
      const limit = device.limits.maxBufferSize;
      if (size > limit) {
        throw new TributaryError({
          code: 'ENGINE_BUFFER_TOO_LARGE',
          message: `The tensor "${label}" is larger than a buffer of this device may be.`,
          facts: { tensor: label, bytes: size, limit },
          hint: 'Choose a smaller or more strongly quantised model, or a shorter context.',
        });
      }
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      return { label, type, length, buffer: allocate(label, size, usage) } as DeviceTensor;
    },
    upload(tensor, data, elementOffset = 0) {
      device.queue.writeBuffer((tensor as DeviceTensor).buffer, elementOffset * 4, data);
    },
    download(tensor, range = { offset: 0, length: tensor.length }) {
      const result = downloads.then(() => readBack(tensor as DeviceTensor, range.offset, range.length));
      downloads = result.catch(() => undefined);
      return result;
    },
    destroyTensor(tensor) {
      const { buffer } = tensor as DeviceTensor;
      counters.allocatedBytes -= buffer.size;
      buffer.destroy();
    },
  };

  const chooser =
    options.tryVariants === true
      ? createAutotuner({
          ...acquired,
          ...memory,
          async step(plan, call, variant) {
            const [step] = await bindCalls(plan, [await compileCall(call, variant)]);
            return step as Step;
          },
        })
      : undefined;

  async function choose(call: OperatorCall): Promise<Variant> {
    return chooser === undefined ? (supportedVariants(call, features)[0] as Variant) : await chooser.choose(call);
  }

  return {
    ...memory,
    kind: 'webgpu',
    description,
    counters,
    lost,
    ...(chooser === undefined ? {} : { variants: chooser.selection }),

    async record(label, calls) {
      if (fault !== undefined) throw fault;
      // Sequentially, so that after a failure nothing still uses the tensors.
      const chosen: Variant[] = [];
      for (const call of calls) chosen.push(await choose(call));
      const compiled = await Promise.all(calls.map((call, index) => compileCall(call, chosen[index] as Variant)));
      return { label, steps: await bindCalls(label, compiled) } as DevicePlan;
    },
    submit(plan, variables) {
      counters.submissions += 1;
      const encoder = device.createCommandEncoder({ label: plan.label });
      const pass = encoder.beginComputePass({ label: plan.label });
      let current: GPUComputePipeline | undefined;
      for (const { pipeline, bindGroup, workgroups } of (plan as DevicePlan).steps) {
        if (pipeline !== current) pass.setPipeline(pipeline);
        current = pipeline;
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...workgroups(variables));
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    async profile(plan, variables) {
      counters.submissions += 1;
      const times = await profileSteps(device, (plan as DevicePlan).steps, variables);
      if (fault !== undefined) throw fault;
      return times;
    },
    destroyPlan() {
      // Bind groups own no memory and pipelines stay cached: only the reference is dropped.
    },
    destroy() {
      destroyed = true;
      device.destroy();
    },
  };
}
