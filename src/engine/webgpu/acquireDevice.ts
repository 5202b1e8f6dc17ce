// Requests a device from a WebGPU implementation (the browser's, or Dawn's in Node: `node.ts`) and explains in plain words
// why there is none. Knows nothing of tensors.
import { TributaryError } from '../../lib/errors.ts';

export interface AcquiredDevice {
  readonly device: GPUDevice;
  /** The device's name, for display. */
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
  /** Adapter and browser in one text, as far as they identify themselves: changes with the device, and usually with its driver. */
  readonly identity: string;
  /**
   * The adapter's features, plus `software` if its shaders run on the CPU, `subgroups of 4` and `subgroups of 8` if every subgroup
   * has at least that many lanes, and `packed_4x8_integer_dot_product` if the shading language has packed int8 dot products.
   */
  readonly features: ReadonlySet<string>;
}

/** Limits requested at the adapter's maximum, because the default is too small for a model's largest tensors. */
const raisedLimits = [
  // An f32 embedding table exceeds the default 128 MiB and 256 MiB.
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  // Attention's backward pass binds nine buffers; the default is 8.
  'maxStorageBuffersPerShaderStage',
] as const;

/** Used if the device offers them; none is required. */
const optionalFeatures = ['subgroups', 'shader-f16', 'timestamp-query'] as const;

/** Smallest binding limit that the engine can work with: WebGPU's guaranteed minimum. */
const MIN_BINDING_BYTES = 128 * 2 ** 20;

/**
 * A device of `gpu` with the adapter's maximum limits.
 *
 * Throws `ENGINE_NO_WEBGPU` without an implementation, `ENGINE_NO_ADAPTER` without a usable GPU,
 * `ENGINE_LIMITS_TOO_SMALL` if its binding limit is below WebGPU's minimum, `ENGINE_NO_DEVICE` if the request is refused.
 */
export async function acquireDevice(gpu: GPU | undefined = globalThis.navigator?.gpu): Promise<AcquiredDevice> {
  if (gpu === undefined) {
    throw new TributaryError({
      code: 'ENGINE_NO_WEBGPU',
      message: 'This browser has no WebGPU.',
      hint: 'Use a current Chrome, Edge, Firefox or Safari, over https or on localhost.',
    });
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new TributaryError({
      code: 'ENGINE_NO_ADAPTER',
      message: 'WebGPU found no GPU that it can use.',
      hint: 'Switch on hardware acceleration in the browser and update the graphics driver, then reload.',
    });
  }
  const binding = adapter.limits.maxStorageBufferBindingSize;
  if (binding < MIN_BINDING_BYTES) {
    throw new TributaryError({
      code: 'ENGINE_LIMITS_TOO_SMALL',
      message: 'The GPU allows only small buffers.',
      facts: { maxStorageBufferBindingSize: binding, needed: MIN_BINDING_BYTES },
      hint: 'Use another GPU or browser.',
    });
  }
  const requiredLimits = Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = optionalFeatures.filter((name) => adapter.features.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ label: 'tributary', requiredLimits, requiredFeatures });
  } catch (cause) {
    throw new TributaryError({
      code: 'ENGINE_NO_DEVICE',
      message: 'The GPU refused to start.',
      hint: 'Close other pages that use the GPU, then reload.',
      cause,
    });
  }
  const { vendor, architecture, description } = adapter.info;
  const name = description || [vendor, architecture].filter((part) => part !== '').join(' ') || 'WebGPU device';
  // Firefox reports no names; Chromium's fallback flag is not set for a lavapipe that is the only adapter.
  const software =
    adapter.info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|warp|software/i.test(`${vendor} ${architecture} ${description}`);
  const features = new Set<string>(requiredFeatures);
  if (software) features.add('software');
  const byteProducts = 'packed_4x8_integer_dot_product';
  if (gpu.wgslLanguageFeatures?.has(byteProducts)) features.add(byteProducts);
  for (const lanes of features.has('subgroups') ? [4, 8] : []) {
    if ((adapter.info.subgroupMinSize ?? 4) >= lanes) features.add(`subgroups of ${lanes}`);
  }
  const identity = JSON.stringify([
    vendor,
    architecture,
    adapter.info.device,
    description,
    [...features],
    globalThis.navigator?.userAgent ?? '',
  ]);
  return { device, description: name, vendor, architecture, identity, features };
}
