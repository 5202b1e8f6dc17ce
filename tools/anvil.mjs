#!/usr/bin/env node
// `anvil`, preserving its exit status. `npm start` runs the chain through tools/devnet.ts; this is for manual use.
import { spawnSync } from 'node:child_process';
import { foundryBinary } from './foundryBinary.mjs';

process.exit(spawnSync(foundryBinary('anvil'), process.argv.slice(2), { stdio: 'inherit' }).status ?? 1);
