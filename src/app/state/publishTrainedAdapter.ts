// Publishing adapters from this browser: the workflow over its tables, node and chain.
import { type AdapterRecord, database, guardWrite, readAdapterFile } from '../../store/index.ts';
import { isUnannounced } from '../../workflows/adapters/isUnannounced.ts';
import type {
  PublishAdapterPorts,
  PublishTrainedAdapterParameters,
  RegisterAdapterParameters,
} from '../../workflows/adapters/publishTrainedAdapter.ts';
import { findStoredAdapter } from './adapters.ts';
import { config } from './config.ts';
import { datanetSlug } from './contributions.ts';
import { inTurn } from './inTurn.ts';
import { listModels } from './models/availableModels.ts';
import { followPeersIfOn, peers } from './peers.ts';
import { hasChain, settlement } from './settlement.ts';
import { collectSourceRows } from './sourceRows.ts';

function ports(): PublishAdapterPorts {
  return {
    readAdapter: findStoredAdapter,
    async putAdapter(record) {
      await guardWrite(() => database().adapters.put(record));
    },
    readAdapterFile,
    async baseModel(modelId) {
      const model = (await listModels()).find((candidate) => candidate.id === modelId);
      return model?.sha256 === undefined ? undefined : { name: model.name, sha256: model.sha256 };
    },
    collectRows: collectSourceRows,
    node: peers,
    ...(hasChain() ? { chain: settlement } : {}),
    chainId: config().deployment?.chainId ?? 1,
    slugOf: datanetSlug,
    now: Date.now,
  };
}

/** As `publishTrainedAdapter` of the workflow. */
export async function publishTrainedAdapter(parameters: PublishTrainedAdapterParameters): Promise<AdapterRecord> {
  const workflow = await import('../../workflows/adapters/publishTrainedAdapter.ts');
  const id = parameters.run.adapterId ?? '';
  return inTurn(`adapter-${id}`, async () => {
    const known = await findStoredAdapter(id);
    return known?.manifestCid === undefined ? workflow.publishTrainedAdapter(parameters, ports()) : known;
  });
}

/** As `announceAdapter` of the workflow. */
export async function announceAdapter(record: AdapterRecord): Promise<AdapterRecord> {
  const workflow = await import('../../workflows/adapters/publishTrainedAdapter.ts');
  return inTurn(`adapter-${record.id}`, async () =>
    workflow.announceAdapter((await findStoredAdapter(record.id)) ?? record, ports()),
  );
}

async function announceAll(): Promise<void> {
  for (const record of await database().adapters.filter(isUnannounced).toArray()) await announceAdapter(record);
}

function follow(): void {
  // That a relay is away stands in the record; on a full disk it is announced at the next start.
  announceAll().catch(() => undefined);
}

/** Announces adapters that an earlier page published, and went away before the node had them. Safe to call often. */
export function announceLeftAdapters(): Promise<void> {
  return followPeersIfOn(follow);
}

/** As `registerAdapter` of the workflow. */
export async function registerAdapter(parameters: RegisterAdapterParameters): Promise<AdapterRecord> {
  const workflow = await import('../../workflows/adapters/publishTrainedAdapter.ts');
  return inTurn(`adapter-${parameters.record.id}`, async () => {
    const record = (await findStoredAdapter(parameters.record.id)) ?? parameters.record;
    return workflow.registerAdapter({ ...parameters, record }, ports());
  });
}
