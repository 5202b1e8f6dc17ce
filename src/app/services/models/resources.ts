// What this browser and device have for a model. What is not told is left out, and nothing is concluded from it.
import type { DeviceChoice } from '../../../engine/index.ts';
import type { Resources } from '../../../models/index.ts';
import { estimateStorage, readSetting } from '../../../store/index.ts';
import { settingKeys } from '../storageNames.ts';

const GIBIBYTE = 2 ** 30;

export async function readResources(): Promise<Resources> {
  const device = await readSetting<DeviceChoice>(settingKeys.device);
  const [storage, adapter] = await Promise.all([
    estimateStorage(),
    device === 'processor' ? null : (navigator.gpu?.requestAdapter() ?? null),
  ]);
  const limits = adapter?.limits;
  // Not in every browser, and not in TypeScript's: a draft.
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return {
    ...(limits === undefined
      ? {}
      : {
          maxBufferSize: limits.maxBufferSize,
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        }),
    ...(storage.quota > 0 ? { freeStorageBytes: Math.max(0, storage.quota - storage.usage) } : {}),
    ...(deviceMemory === undefined ? {} : { memoryBytes: deviceMemory * GIBIBYTE }),
  };
}
