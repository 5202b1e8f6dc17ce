#!/usr/bin/env node
// `anvil` with its exit status kept. `npm start` runs the chain by tools/devnet.ts; this is for looking around by hand.
import { spawnSync } from 'node:child_process';
import { foundryBinary } from './foundryBinary.mjs';

process.exit(spawnSync(foundryBinary('anvil'), process.argv.slice(2), { stdio: 'inherit' }).status ?? 1);
