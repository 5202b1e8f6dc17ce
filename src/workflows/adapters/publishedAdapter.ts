// An adapter published by anyone, by the CID of its manifest: fetched, its signature and hashes checked, its rows collected
// from the contributions that it names. It does not know where blocks and rows come from: ports are handed in.
import {
  type AdapterManifest,
  authorAddress,
  type BlockStore,
  type FileStore,
  readAdapter,
  readAdapterManifest,
  type Verify,
} from '../../datanet/index.ts';
import { cid as asCid } from '../../lib/units.ts';
import type { Hex } from '../../settlement/index.ts';
import type { AdapterFiles, AdapterRecord } from '../../store/index.ts';
import type { RowSource, SourceRow } from '../rows/rowSource.ts';
import type { UniqueRows } from '../rows/uniqueRows.ts';
import { splitHoldout } from '../training/splitHoldout.ts';
import type { AdapterData } from './adapterRecord.ts';
import { rowsFile } from './indexFiles.ts';
import { readTrainingFacts } from './trainingFacts.ts';

export interface PublishedAdapterPorts {
  reader(): Promise<{ readonly blocks: BlockStore & FileStore; readonly verify: Verify }>;
  collectRows(sources: readonly RowSource[], signal: AbortSignal | undefined): Promise<UniqueRows>;
}

/** The rows in the order of the index: collected, the same content once, without those that were held out. */
async function trainedRows(
  manifest: AdapterManifest,
  ports: PublishedAdapterPorts,
  signal: AbortSignal | undefined,
): Promise<readonly SourceRow[]> {
  const { settings, sources } = readTrainingFacts(manifest);
  const { rows } = await ports.collectRows(sources, signal);
  return splitHoldout(rows, settings.seed).trained;
}

/** The files of the adapter that `manifestCid` names. Throws `ADAPTER_FOREIGN`, as `readAdapter`, and errors of the ports. */
export async function fetchPublishedAdapter(
  manifestCid: string,
  ports: PublishedAdapterPorts,
  signal?: AbortSignal,
): Promise<AdapterFiles> {
  const reader = await ports.reader();
  const { manifest, weights, index } = await readAdapter({
    cid: asCid(manifestCid),
    ...reader,
    files: reader.blocks,
    signal,
  });
  return {
    'adapter_config.json': new TextEncoder().encode(JSON.stringify(manifest.config)),
    'adapter_model.safetensors': weights,
    ...(index === null
      ? {}
      : { 'index.cbor': index, 'rows.jsonl': rowsFile(await trainedRows(manifest, ports, signal)) }),
  };
}

export interface ImportAdapterPorts extends PublishedAdapterPorts {
  saveAdapter(record: Omit<AdapterRecord, 'files'>, files: AdapterFiles): Promise<unknown>;
  /** Id of the model here whose file has this SHA-256; undefined when there is none. */
  modelByHash(sha256: string): Promise<string | undefined>;
}

/** Fetches a published adapter and saves it, so that it can be chosen. Returns its id. Throws as `fetchPublishedAdapter`. */
export async function importPublishedAdapter(
  manifestCid: string,
  ports: ImportAdapterPorts,
  signal?: AbortSignal,
): Promise<string> {
  const { blocks, verify } = await ports.reader();
  const manifest = await readAdapterManifest({ cid: asCid(manifestCid), blocks, verify, signal });
  const { model, description } = readTrainingFacts(manifest);
  const files = await fetchPublishedAdapter(manifestCid, ports, signal);
  const data: AdapterData = {
    author: authorAddress(manifest.author),
    ...(model === undefined ? {} : { modelId: model as Hex }),
    ...(description === undefined ? {} : { description }),
  };
  await ports.saveAdapter(
    {
      id: manifestCid,
      name: manifest.name,
      modelId: (await ports.modelByHash(manifest.base.sha256)) ?? manifest.base.name,
      datanetIds: manifest.datanets,
      createdAt: manifest.ts,
      manifestCid,
      data,
    },
    files,
  );
  return manifestCid;
}
