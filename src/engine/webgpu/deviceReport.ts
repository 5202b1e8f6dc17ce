// What a device can do, as plain data for a screen or a bug report.
import type { DeviceReport } from '../service.ts';
import type { AcquiredDevice } from './acquireDevice.ts';

const reported = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const;

export function deviceReport({ device, description, vendor, architecture, features }: AcquiredDevice): DeviceReport {
  const limits = Object.fromEntries(reported.map((name) => [name, device.limits[name]]));
  return { description, vendor, architecture, features: [...features], limits };
}
