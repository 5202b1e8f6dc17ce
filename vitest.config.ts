import { readFileSync } from 'node:fs';
import tailwindcss from '@tailwindcss/vite';
import { playwright } from '@vitest/browser-playwright';
import solid from 'vite-plugin-solid';
import { configDefaults, defineConfig } from 'vitest/config';
import { chromiumArguments, findChromium, vulkanDriverManifest } from './tools/chromium.ts';
import { SlowTestsFirst } from './tools/slowTestsFirst.ts';
import { findTestFiles, testFiles } from './tools/testFiles.ts';

// Projects: `x.test.ts` in Node; `x.browser.test.ts(x)` in a real Chromium with WebGPU on SwiftShader (everything that
// touches DOM, workers, GPU or storage); `test/e2e/x.e2e.ts` in Node, driving real browsers, chain and relay.
const env = { VK_ICD_FILENAMES: vulkanDriverManifest() };

// Files that replace modules, which an earlier file may have imported, or change one for good: in a process of their own each.
const replacing = findTestFiles('node', '').filter((file) =>
  /vi\.mock\(|setSignEntropy\(/.test(readFileSync(file, 'utf8')),
);

/** What is awaited comes when it comes: Vitest would give it a second, which a busy machine takes for many things. */
const patient = { expect: { poll: { timeout: 50_000, interval: 20 } } };

const node = {
  ...patient,
  environment: 'node',
  setupFiles: ['test/support/seed.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  env,
};

export default defineConfig({
  test: {
    sequence: { sequencer: SlowTestsFirst },
    projects: [
      {
        test: {
          ...node,
          name: 'node',
          include: [...testFiles.node.include],
          exclude: [...configDefaults.exclude, ...testFiles.node.exclude, ...replacing],
          // A process runs one file after another: modules are read, devices opened and shaders compiled once in it.
          isolate: false,
        },
      },
      { test: { ...node, name: 'node-isolated', include: replacing } },
      {
        plugins: [solid(), tailwindcss()],
        // Found only when a test imports them, they would reload the page under it.
        optimizeDeps: { include: ['@huggingface/transformers', '@mlc-ai/web-llm', '@mlc-ai/web-xgrammar'] },
        test: {
          ...patient,
          name: 'browser',
          include: [...testFiles.browser.include],
          globalSetup: ['src/models/testing/hubServer.ts'],
          setupFiles: ['test/support/loadTexts.ts'],
          // In a run of both projects (tools/mutate.ts) the quick ones of Node come first.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: false,
            // Vitest's own page around the tests is painted all the time: a third of what this runner computed.
            ui: false,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium() ?? 'chromium', args: chromiumArguments },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          ...patient,
          name: 'e2e',
          environment: 'node',
          include: [...testFiles.e2e.include],
          fileParallelism: false,
          // One process for all files: each has its own stack and browsers, and what only computes is loaded once.
          isolate: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          env,
        },
      },
    ],
  },
});
