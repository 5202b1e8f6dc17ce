// Every adapter that can be chosen, wherever it comes from: the configuration (files by URL, or a manifest CID), or this
// browser (trained or fetched here). One way to read a file of either.
import { TributaryError } from '../../lib/errors.ts';
import { database, readAdapterFile } from '../../store/index.ts';
import { config } from './config.ts';
import { download } from './download.ts';
import { fetchPublishedAdapter } from './publishedAdapters.ts';

export interface AdapterChoice {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly modelId: string;
  readonly datanets: readonly string[];
  readonly questions: readonly string[];
  readonly source: 'config' | 'browser';
  readonly manifest?: string;
  /** What this browser keeps beside it. */
  readonly data?: unknown;
}

export type AdapterFileName = 'adapter_config.json' | 'adapter_model.safetensors' | 'index.cbor' | 'rows.jsonl';

/** All adapters of all models, the configuration's first. Reads the database: use inside `createLive` to follow it. */
export async function listAdapters(): Promise<AdapterChoice[]> {
  const kept = await database().adapters.orderBy('createdAt').reverse().toArray();
  const offered = config().adapters.map(
    (adapter): AdapterChoice => ({
      id: adapter.id,
      name: adapter.name,
      description: adapter.description,
      modelId: adapter.model,
      datanets: adapter.datanets,
      questions: adapter.questions,
      source: 'config',
      ...(adapter.manifest === undefined ? {} : { manifest: adapter.manifest }),
    }),
  );
  const own = kept
    .filter((record) => !offered.some((adapter) => adapter.id === record.id))
    .map(
      (record): AdapterChoice => ({
        id: record.id,
        name: record.name,
        description: '',
        modelId: record.modelId,
        datanets: record.datanetIds,
        questions: [],
        source: 'browser',
        ...(record.manifestCid === undefined ? {} : { manifest: record.manifestCid }),
        data: record.data,
      }),
    );
  return [...offered, ...own];
}

export async function findAdapter(id: string): Promise<AdapterChoice | undefined> {
  return (await listAdapters()).find((adapter) => adapter.id === id);
}

/** Whether the adapter comes with what attribution needs. */
export async function hasAttribution(adapter: AdapterChoice): Promise<boolean> {
  if (adapter.source === 'config') {
    const files = config().adapters.find((candidate) => candidate.id === adapter.id)?.files ?? [];
    return ['index.cbor', 'rows.jsonl'].every((name) => files.some((file) => file.name === name));
  }
  const record = await database().adapters.get(adapter.id);
  return ['index.cbor', 'rows.jsonl'].every((name) => record?.files.some((file) => file.name === name) ?? false);
}

/** One file of an adapter. Throws `APP_ADAPTER_FILE_MISSING`, or what the download throws. */
export async function adapterBytes(
  adapter: AdapterChoice,
  name: AdapterFileName,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (adapter.source === 'browser') {
    const bytes = await readAdapterFile(adapter.id, name);
    if (bytes !== undefined) return bytes;
  } else {
    const file = config()
      .adapters.find((candidate) => candidate.id === adapter.id)
      ?.files.find((candidate) => candidate.name === name);
    if (file !== undefined)
      return new Uint8Array(
        await (await download('adapters', file, { signal, title: `${adapter.name}: ${name}` })).arrayBuffer(),
      );
  }
  if (adapter.manifest !== undefined) {
    const files = await fetchPublishedAdapter(adapter.manifest, signal);
    const bytes = files[name];
    if (bytes !== undefined) return bytes as Uint8Array<ArrayBuffer>;
  }
  throw new TributaryError({
    code: 'APP_ADAPTER_FILE_MISSING',
    message: `The adapter "${adapter.name}" has no file "${name}" here.`,
    facts: { adapter: adapter.name, id: adapter.id, file: name },
    hint: 'Choose another adapter, or fetch this one again from its publisher.',
  });
}
