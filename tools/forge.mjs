#!/usr/bin/env node
// `forge`, preserving its exit status, with npm's solc as the compiler: `node tools/forge.mjs test --root contracts`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { foundryBinary } from './foundryBinary.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// solc reads no files by itself and Foundry hands it those of `root` and those named by absolute path.
const remappings = [
  `@openzeppelin/contracts/=${root}/node_modules/@openzeppelin/contracts/`,
  `forge-std/=${root}/node_modules/@layerzerolabs/toolbox-foundry/lib/forge-std/`,
];
const { status } = spawnSync(foundryBinary('forge'), process.argv.slice(2), {
  stdio: 'inherit',
  env: {
    ...process.env,
    FOUNDRY_SOLC: path.join(root, 'tools/solc.cjs'),
    FOUNDRY_IGNORED_WARNINGS_FROM: JSON.stringify([path.join(root, 'node_modules')]),
    DAPP_REMAPPINGS: remappings.join('\n'),
  },
});
process.exit(status ?? 1);
