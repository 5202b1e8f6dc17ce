// The models worker and what it needs from the page: the user's token, which lives in this variable and nowhere else, and
// blocks of peers, which only a page can be connected to.
import { createSignal } from 'solid-js';
import type { TributaryError } from '../../../lib/errors.ts';
import { type Channel, expose, type Remote } from '../../../lib/rpc.ts';
import type { Cid } from '../../../lib/units.ts';
import type { BlockService, ModelsService } from '../../../models/index.ts';
import { peers } from '../peers.ts';
import { lazyWorker } from '../workers.ts';

const [token, setToken] = createSignal<string | undefined>();
/** The user's token for the Hub. Held in memory until the page goes; never stored, logged or shown. */
export const hubToken = token;

/** Undefined or empty forgets it. */
export function setHubToken(value: string | undefined): void {
  const trimmed = value?.trim();
  setToken(trimmed === '' ? undefined : trimmed);
}

const failures = new Set<(error: TributaryError) => void>();

/** Calls `listener` when the worker has died with everything that it was doing. Returns the end of listening. */
export function onModelsWorkerFailure(listener: (error: TributaryError) => void): () => void {
  failures.add(listener);
  return () => failures.delete(listener);
}

const blocks: BlockService = {
  get: async ({ cid }, { signal }) => (await peers()).blocks.get(cid as Cid, { signal }),
};

const connected = new WeakSet<object>();

const worker = lazyWorker<ModelsService>(
  'models',
  () => new Worker(new URL('../../../../workers/models.ts', import.meta.url), { type: 'module', name: 'models' }),
  (error) => {
    for (const listener of failures) listener(error);
  },
);

/** The worker's methods; the first call starts it. */
export function modelsWorker(): Remote<ModelsService> {
  const remote = worker.remote();
  if (!connected.has(remote)) {
    connected.add(remote);
    const { port1, port2 } = new MessageChannel();
    expose(blocks, port1 as unknown as Channel);
    void remote.connectBlocks({ port: port2 }, { transfer: [port2] });
  }
  return remote;
}
