// A relay in a process of its own: it can be killed, and its memory is its own.
import { fork } from 'node:child_process';
import path from 'node:path';
import type { RelayParameters } from '../../../nodes/relay/startRelay.ts';
import type { Asked, Told } from './relayChild.ts';

const rawImports = path.join(import.meta.dirname, '../../../tools/rawImports.mjs');
/** A relay that holds what strangers only state ends with this, and that is a fault. */
const MAX_OLD_MEGABYTES = 256;

export interface RelayProcess {
  readonly id: string;
  /** WebSocket addresses. */
  readonly addresses: readonly string[];
  status(): Promise<Told & { readonly kind: 'status' }>;
  /** Whether it is still there. */
  isAlive(): boolean;
  /** In order, or by SIGKILL. Resolves when the process is gone. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export async function startRelayProcess(parameters: Omit<RelayParameters, 'onEvent'>): Promise<RelayProcess> {
  const options = { webSocketPort: 0, webRtcPort: 0, statusPort: 0, ...parameters };
  const child = fork(path.join(import.meta.dirname, 'relayChild.ts'), [JSON.stringify(options)], {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=4',
      `--max-old-space-size=${MAX_OLD_MEGABYTES}`,
      '--import',
      rawImports,
    ],
  });
  let alive = true;
  const gone = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      alive = false;
      resolve(`The relay's process ended (${signal ?? code}).`);
    });
  });
  /** The next message of this kind. */
  const told = <Kind extends Told['kind']>(kind: Kind): Promise<Told & { readonly kind: Kind }> =>
    new Promise((resolve, reject) => {
      const listener = (message: unknown): void => {
        if ((message as Told).kind !== kind) return;
        child.off('message', listener);
        resolve(message as Told & { readonly kind: Kind });
      };
      child.on('message', listener);
      void gone.then((reason) => reject(new Error(reason)));
    });
  const ask = (asked: Asked): void => void (alive && child.send(asked));
  const { id, addresses } = await told('started');
  return {
    id,
    addresses,
    async status() {
      const answer = told('status');
      ask('status');
      return await answer;
    },
    isAlive: () => alive,
    async stop() {
      ask('stop');
      await gone;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
