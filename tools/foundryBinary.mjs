// Path of the platform binary of a Foundry tool. npm's own launcher of 1.7.1 exits 0 when tests fail, so it is never used.
import { createRequire } from 'node:module';

/** @param {'forge' | 'anvil'} tool */
export function foundryBinary(tool) {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform];
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return createRequire(import.meta.url).resolve(`@foundry-rs/${tool}-${system}-${architecture}/bin/${tool}${suffix}`);
}
