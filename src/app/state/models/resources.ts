// What this browser and device have for a model. What is not told is left out, and nothing is concluded from it.
import type { Resources } from '../../../models/index.ts';
import { freeStorage } from '../../../store/index.ts';
import { readDeviceSetting } from '../deviceSetting.ts';

const GIBIBYTE = 2 ** 30;

export async function readResources(): Promise<Resources> {
  const device = await readDeviceSetting();
  const [freeStorageBytes, adapter] = await Promise.all([
    freeStorage(),
    device === 'cpu' ? null : (navigator.gpu?.requestAdapter() ?? null),
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
    ...(freeStorageBytes === undefined ? {} : { freeStorageBytes }),
    ...(deviceMemory === undefined ? {} : { memoryBytes: deviceMemory * GIBIBYTE }),
  };
}
