import { playwright } from '@vitest/browser-playwright';
import { configDefaults, defineConfig } from 'vitest/config';
import solid from 'vite-plugin-solid';
import { chromiumArguments, chromiumPath } from './tools/chromium.ts';

// `x.test.ts` runs in Node; `x.browser.test.ts(x)` runs in a real Chromium with WebGPU on SwiftShader: everything that
// touches DOM, workers, GPU or storage. End-to-end tests (`test/e2e/*.e2e.ts`) have a runner of their own.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['{src,test,relay,tools,workers}/**/*.test.ts'],
          exclude: [...configDefaults.exclude, '**/*.browser.test.*'],
          testTimeout: 60_000,
          env: { VK_ICD_FILENAMES: process.env['VK_ICD_FILENAMES'] ?? '/usr/lib/chromium/vk_swiftshader_icd.json' },
        },
      },
      {
        plugins: [solid()],
        test: {
          name: 'browser',
          include: ['{src,test,workers}/**/*.browser.test.{ts,tsx}'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: false,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromiumPath(), args: chromiumArguments } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
