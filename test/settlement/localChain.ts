// A chain for one test file: anvil on a free port, its state in a temporary folder, and a clock that tests can move.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Devnet, rpcProvider, type StartDevnetParameters, startDevnet } from '../../tools/devnet.ts';

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

export interface LocalChain extends Devnet {
  readonly directory: string;
  readonly port: number;
  /** Moves the chain's clock and mines one block. */
  advance(seconds: number): Promise<void>;
  /** Stops the chain and deletes its folder. */
  destroy(): Promise<void>;
}

export async function localChain(
  parameters: Omit<StartDevnetParameters, 'stateDirectory' | 'port'> = {},
  directory = mkdtempSync(path.join(tmpdir(), 'tributary-chain-')),
): Promise<LocalChain> {
  const port = await freePort();
  const devnet = await startDevnet({ ...parameters, stateDirectory: directory, port });
  const { request } = rpcProvider(devnet.deployment.rpcUrl);
  return {
    ...devnet,
    directory,
    port,
    async advance(seconds) {
      await request({ method: 'evm_increaseTime', params: [seconds] });
      await request({ method: 'evm_mine', params: [] });
    },
    async destroy() {
      await devnet.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
