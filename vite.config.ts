import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import solid from 'vite-plugin-solid';

/** Said of every build, and nothing that could be mended here: xgrammar asks for Node's modules only where it runs in Node. */
const rolldownOptions: Rolldown.InputOptions = {
  checks: { pluginTimings: false },
  onLog(level, log, handle) {
    if (!/has been externalized for browser compatibility.*web-xgrammar/.test(log.message)) handle(level, log);
  },
};

/** Nothing is shown before the texts of the frame are there: the browser asks for them with the page's script, not after it. */
const preloadTexts: Plugin = {
  name: 'tributary:preload-texts',
  transformIndexHtml(_html, { bundle = {} }) {
    const texts = Object.values(bundle).find(
      (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith('/src/app/i18n/en/frame.ts'),
    );
    if (texts === undefined) return [];
    return [
      {
        tag: 'link',
        attrs: { rel: 'modulepreload', crossorigin: true, href: `./${texts.fileName}` },
        injectTo: 'head',
      },
    ];
  },
};

export default defineConfig({
  base: './',
  // Its default build is for browsers older than those that have WebGPU.
  resolve: { alias: [{ find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' }] },
  plugins: [solid(), tailwindcss(), preloadTexts],
  // Workers too: a package found only when one starts would reload the page under whoever works on it.
  optimizeDeps: { entries: ['index.html', 'workers/*.ts', '!**/*.test.ts'] },
  worker: { format: 'es', rolldownOptions },
  build: { target: 'es2024', chunkSizeWarningLimit: 1200, rolldownOptions },
});
