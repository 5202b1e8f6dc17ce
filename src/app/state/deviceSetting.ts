// The chosen device as it is stored. Earlier versions stored the CPU as "processor".
import type { DeviceChoice } from '../../engine/index.ts';
import { readSetting } from '../../store/index.ts';
import { settingKeys } from './settingKeys.ts';

/** The choice that a stored value stands for; undefined where nothing, or nothing known, is stored. */
export function parseDeviceSetting(stored: unknown): DeviceChoice | undefined {
  if (stored === 'processor') return 'cpu';
  return (['automatic', 'gpu', 'cpu'] as const).find((choice) => choice === stored);
}

export async function readDeviceSetting(): Promise<DeviceChoice | undefined> {
  return parseDeviceSetting(await readSetting<unknown>(settingKeys.device));
}
