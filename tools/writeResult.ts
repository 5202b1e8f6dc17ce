import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** Writes figures as JSON into `file`, in the form that `npm run check` asks of every file: a measurement must not break it. */
export function writeResult(file: string, figures: unknown): void {
  writeFileSync(file, JSON.stringify(figures, null, 2));
  execFileSync(
    process.execPath,
    [path.join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--write', file],
    {
      cwd: root,
      stdio: 'pipe',
    },
  );
}
