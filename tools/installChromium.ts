// Makes sure that there is a Chromium for the tests: an installed one, Debian's package (as root), or Playwright's download.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findChromium, vulkanDriverManifest } from './chromium.ts';

function run(command: string, parameters: readonly string[]): boolean {
  console.log(`> ${command} ${parameters.join(' ')}`);
  return (
    spawnSync(command, parameters, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
      .status === 0
  );
}

const isDebian = existsSync('/usr/bin/apt-get');
function apt(parameters: readonly string[]): boolean {
  return process.getuid?.() === 0 ? run('apt-get', parameters) : run('sudo', ['-n', 'apt-get', ...parameters]);
}

function aptInstall(packages: readonly string[]): boolean {
  return apt(['update', '-qq']) && apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Installs what is missing. Throws with the way on when nothing worked. */
export function installChromium(): void {
  if (findChromium() === undefined) {
    console.log('No Chromium found; installing one for the tests ...');
    const installed =
      (isDebian && aptInstall(['chromium', 'libvulkan1'])) ||
      run(process.execPath, [
        path.join(path.dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js'),
        'install',
        '--with-deps',
        'chromium',
      ]);
    if (!installed || findChromium() === undefined) {
      throw new Error(
        'No Chromium could be installed. Install Chromium or Chrome yourself and set TRIBUTARY_CHROMIUM to its path.',
      );
    }
  }
  if (!existsSync(vulkanDriverManifest())) {
    throw new Error(
      `This Chromium has no SwiftShader driver at ${vulkanDriverManifest()}; set VK_ICD_FILENAMES to one.`,
    );
  }
  const hasLoader = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].some(
    (folder) => existsSync(path.join(folder, 'libvulkan.so.1')),
  );
  if (process.platform === 'linux' && !hasLoader && isDebian) aptInstall(['libvulkan1']);
}
