#!/usr/bin/env node
// Presents npm's solc (solcjs, WebAssembly) as the native `solc` command line that Foundry expects.
// CommonJS on purpose: Foundry executes the file itself, and this package is of type "module".
const { readFileSync } = require('node:fs');
const path = require('node:path');
require('node:module').enableCompileCache?.(path.join(__dirname, '../.cache/solc'));

if (process.argv.includes('--version')) {
  // From package.json: booting 9 MB of WebAssembly for a version number costs half a second.
  const { version } = require('solc/package.json');
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}+commit.npm00000\n`);
} else {
  const solc = require('solc/wrapper')(require('solc/soljson.js'));
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
}
