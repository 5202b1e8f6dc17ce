// Makes a bare clone ready: runs `npm ci` when node_modules is missing or older than the lock file. No dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(
    `Tributary needs Node 20 or later to start; this is ${process.version}. Install it from nodejs.org and try again.`,
  );
  process.exit(1);
}
const lock = path.join(root, 'package-lock.json');
const marker = path.join(root, 'node_modules', '.package-lock.json');
if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(lock).mtimeMs) {
  console.log('Installing dependencies (once, about a minute) ...');
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(command, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(
      'The installation failed; see the lines above. Check the network connection to the package registry and run the command again.',
    );
    process.exit(status ?? 1);
  }
  const now = new Date();
  utimesSync(marker, now, now);
}
