import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Rolldown } from 'vite';
import solid from 'vite-plugin-solid';

/** Said of every build, and nothing that could be mended here: xgrammar asks for Node's modules only where it runs in Node. */
const rolldownOptions: Rolldown.InputOptions = {
  checks: { pluginTimings: false },
  onLog(level, log, handle) {
    if (!/has been externalized for browser compatibility.*web-xgrammar/.test(log.message)) handle(level, log);
  },
};

export default defineConfig({
  base: './',
  // Its default build is for browsers older than those that have WebGPU.
  resolve: { alias: [{ find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' }] },
  plugins: [solid(), tailwindcss()],
  // Workers too: a package found only when one starts would reload the page under whoever works on it.
  optimizeDeps: { entries: ['index.html', 'workers/*.ts', '!**/*.test.ts'] },
  worker: { format: 'es', rolldownOptions },
  build: { target: 'es2024', chunkSizeWarningLimit: 1200, rolldownOptions },
});
