import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

export default defineConfig({
  base: './',
  plugins: [solid(), tailwindcss()],
  worker: { format: 'es' },
  build: { target: 'es2024', chunkSizeWarningLimit: 1200 },
});
