// A device's capabilities as plain data, for a screen or a bug report.
import type { DeviceReport } from '../service.ts';
import type { ComputeDtype } from '../variantReport.ts';
import type { AcquiredDevice } from './acquireDevice.ts';

const reported = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** Half precision is a gain on graphics cards only, and only their kernels have it. */
function computeDtypesOf(features: ReadonlySet<string>): ComputeDtype[] {
  const halves = features.has('shader-f16') && !features.has('software');
  const bytes = features.has('packed_4x8_integer_dot_product');
  return ['float32', ...(halves ? (['float16'] as const) : []), ...(bytes ? (['int8'] as const) : [])];
}

export function deviceReport({ device, description, vendor, architecture, features }: AcquiredDevice): DeviceReport {
  const limits = Object.fromEntries(reported.map((name) => [name, device.limits[name]]));
  return {
    description,
    vendor,
    architecture,
    features: [...features],
    limits,
    computeDtypes: computeDtypesOf(features),
  };
}
