// The keeper as its own program: what keeps it from starting is one line with a code, and an exit code.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const KEY = `0x${'1'.repeat(64)}`;
const deployment = { chainId: 31_337, chainName: 'Local', rpcUrl: 'http://127.0.0.1:9' };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tributary-keeper-'));
  await writeFile(path.join(folder, 'chain.json'), JSON.stringify({ relays: [], deployment }));
  await writeFile(path.join(folder, 'no-chain.json'), '{}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly errors: string;
}

async function keeper(config: string, key: string, ...more: string[]): Promise<Ended> {
  const place = /^http/.test(config) ? config : path.join(folder, config);
  const child = spawn(
    process.execPath,
    ['tools/run.mjs', 'nodes/keeper/main.ts', '--config', place, '--data', path.join(folder, 'data'), ...more],
    {
      cwd: root,
      env: { ...process.env, KEEPER_PRIVATE_KEY: key },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    },
  );
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { errors: await text(child.stderr), exitCode: await ended };
}

test.each([
  ['the configuration has no chain', 'KEEPER_NO_CHAIN', 'no-chain.json', KEY, []],
  ['there is no such file', 'KEEPER_NO_CONFIG', 'missing.json', KEY, []],
  ['the key is too short', 'KEEPER_NO_KEY', 'chain.json', '0x12', []],
  ['the interval is longer than a timer', 'KEEPER_NO_INTERVAL', 'chain.json', KEY, ['--interval-seconds', '3000000']],
  [
    'the interval is wrong, before anything is read',
    'KEEPER_NO_INTERVAL',
    'missing.json',
    '',
    ['--interval-seconds', '0'],
  ],
])('does not start when %s', async (_, code, config, key, more) => {
  const { exitCode, errors } = await keeper(config, key, ...more);
  expect(errors).toMatch(new RegExp(`^The keeper did not start \\(${code}\\): [^\n]+\n$`));
  expect(exitCode).toBe(1);
});

test('does not start when the configuration is not at its address', async () => {
  const server = createServer((_, response) => response.writeHead(404).end('nothing here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { exitCode, errors } = await keeper(`http://127.0.0.1:${port}/config.json`, KEY);
  server.close();
  expect(errors).toContain('(KEEPER_NO_CONFIG)');
  expect(errors).toContain('HTTP 404');
  expect(errors).not.toContain(KEY);
  expect(exitCode).toBe(1);
});
