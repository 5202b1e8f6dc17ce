// Which Vulkan driver Dawn in Node uses: the machine's own where it has one, else SwiftShader, which comes with Chromium.
import { existsSync, readdirSync } from 'node:fs';
import { vulkanDriverManifest } from './chromium.ts';
import { installChromium } from './installChromium.ts';

const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

function hasOwnDriver(): boolean {
  return folders.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.json')));
}

/** Call it before Dawn is opened. Sets `VK_ICD_FILENAMES` for this process when nothing else names a driver. */
export function chooseVulkanDriver(): void {
  const { env, platform } = process;
  if (platform !== 'linux' || env['VK_ICD_FILENAMES'] !== undefined || env['VK_DRIVER_FILES'] !== undefined) return;
  if (hasOwnDriver()) return;
  installChromium();
  env['VK_ICD_FILENAMES'] = vulkanDriverManifest();
}
