// Other engines: installed into bench/peers when a benchmark first needs them, never with the project.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = path.join(path.dirname(import.meta.dirname), 'peers');
export const peerModules = path.join(folder, 'node_modules');
const marker = path.join(peerModules, '.installed-lock.json');

/** Installs the packages of the lockfile, without install scripts: one of them would fetch CUDA. Returns the reason if it fails. */
export function installPeers(): string | undefined {
  const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return undefined;
  console.log('Installing the engines to compare with into bench/peers (640 MB) ...');
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'pipe',
      shell: process.platform === 'win32',
    });
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    return lines.find((line) => line.includes('npm error')) ?? lines[0];
  }
  writeFileSync(marker, lock);
  return undefined;
}

/** Loads an installed peer. */
export async function importPeer<Package>(name: string): Promise<Package> {
  const entry = createRequire(path.join(folder, 'package.json')).resolve(name);
  const module = (await import(pathToFileURL(entry).href)) as Package & { readonly default?: Package };
  return name === 'onnxruntime-node' ? (module.default ?? module) : module;
}
