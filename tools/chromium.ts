// Where the tests' Chromium is and how it is started: headless, with WebGPU on SwiftShader so that real WGSL runs
// without a graphics card.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const candidates = [
  process.env['TRIBUTARY_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  chromium.executablePath(),
];

/** Path of a Chromium, or undefined when none is installed (`tools/installChromium.ts` installs one). */
export function findChromium(): string | undefined {
  return candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
}

/** Path of a Chromium. Throws when there is none: a missing browser fails the run, it never skips a test. */
export function chromiumPath(): string {
  const found = findChromium();
  if (found === undefined)
    throw new Error('No Chromium was found. `npm test` installs one; or set TRIBUTARY_CHROMIUM to its path.');
  return found;
}

export const chromiumArguments = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  // Why: `driverOptions` in src/engine/webgpu/node.ts.
  '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
];

/** SwiftShader's Vulkan driver manifest, which comes with every Chromium: what Dawn in Node runs the tests on. */
export function vulkanDriverManifest(): string {
  return (
    process.env['VK_ICD_FILENAMES'] ??
    [path.dirname(realpathSync(findChromium() ?? '.')), '/usr/lib/chromium']
      .map((folder) => path.join(folder, 'vk_swiftshader_icd.json'))
      .find((file) => existsSync(file)) ??
    '/usr/lib/chromium/vk_swiftshader_icd.json'
  );
}
