// The adapters that can be chosen in this browser, and their files, over its tables and configuration.
import { type AdapterRecord, database, guardWrite, readAdapterFile } from '../../store/index.ts';
import { adapterBytes as readBytes } from '../../workflows/adapters/adapterBytes.ts';
import {
  type AdapterChoice,
  type AdapterFileName,
  adapterChoices,
  hasAttributionFiles,
} from '../../workflows/adapters/adapterChoice.ts';
import { adapterData } from '../../workflows/adapters/adapterRecord.ts';
import { config } from './config.ts';
import { download } from './download.ts';

export type { AdapterChoice, AdapterFileName };

/** All adapters of all models, the configuration's first. Reads the database: use inside `createLive` to follow it. */
export async function listAdapters(): Promise<readonly AdapterChoice[]> {
  return adapterChoices(config().adapters, await listStoredAdapters());
}

export async function findAdapter(id: string): Promise<AdapterChoice | undefined> {
  return (await listAdapters()).find((adapter) => adapter.id === id);
}

/** Adapters that were trained or fetched here, newest first. Reads the database: use inside `createLive`. */
export function listStoredAdapters(): Promise<AdapterRecord[]> {
  return database().adapters.orderBy('createdAt').reverse().toArray();
}

/** Reads the database: use inside `createLive`. */
export async function findStoredAdapter(id: string): Promise<AdapterRecord | undefined> {
  return database().adapters.get(id);
}

/** Confirms that a stored adapter is wanted on its model although that is not the one it was trained for. */
export async function acceptOtherBase({ id, modelId }: AdapterChoice): Promise<void> {
  await guardWrite(() =>
    database()
      .adapters.where({ id })
      .modify((record) => {
        const data = adapterData(record);
        record.data = { ...data, acceptedModels: [...new Set([...(data.acceptedModels ?? []), modelId])] };
      }),
  );
}

/** Whether the adapter comes with the files that attribution needs. */
export async function hasAttribution(adapter: AdapterChoice): Promise<boolean> {
  const offered = config().adapters.find((candidate) => candidate.id === adapter.id)?.files;
  const stored = adapter.source === 'browser' ? (await findStoredAdapter(adapter.id))?.files : offered;
  return hasAttributionFiles(stored ?? []);
}

/** One file of an adapter. Throws `APP_ADAPTER_FILE_MISSING`, and as `download`. */
export function adapterBytes(
  adapter: AdapterChoice,
  name: AdapterFileName,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  return readBytes(
    { adapter, name, signal },
    {
      readStored: readAdapterFile,
      async fetchOffered() {
        const file = config()
          .adapters.find((candidate) => candidate.id === adapter.id)
          ?.files.find((candidate) => candidate.name === name);
        if (file === undefined) return undefined;
        const blob = await download('adapters', file, { signal, title: `${adapter.name}: ${name}` });
        return new Uint8Array(await blob.arrayBuffer());
      },
      async fetchPublished(manifest, stopped) {
        const { fetchPublishedAdapter } = await import('./publishedAdapters.ts');
        return await fetchPublishedAdapter(manifest, stopped);
      },
    },
  );
}
