// Builds the app as `vite build` does, from a program.
import path from 'node:path';
import { build as viteBuild } from 'vite';

/** Writes the static app to `dist/`. */
export async function build(): Promise<void> {
  await viteBuild({ root: path.dirname(import.meta.dirname), logLevel: 'warn' });
}
