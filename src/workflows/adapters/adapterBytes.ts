// One file of an adapter, from wherever the adapter comes: this browser, the configuration, or the manifest it was published
// under. It does not know how files are stored or fetched: ports are handed in.
import { TributaryError } from '../../lib/errors.ts';
import type { AdapterFiles } from '../../store/index.ts';
import type { AdapterChoice, AdapterFileName } from './adapterChoice.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface AdapterBytesPorts {
  /** A file of an adapter in the store; undefined when there is none. */
  readStored(adapterId: string, name: AdapterFileName): Promise<Bytes | undefined>;
  /** A file of an adapter of the configuration; undefined when it lists no file of this name. */
  fetchOffered(
    adapter: AdapterChoice,
    name: AdapterFileName,
    signal: AbortSignal | undefined,
  ): Promise<Bytes | undefined>;
  /** All files of a published adapter, checked against its manifest. */
  fetchPublished(manifest: string, signal: AbortSignal | undefined): Promise<AdapterFiles>;
}

export interface AdapterBytesParameters {
  readonly adapter: AdapterChoice;
  readonly name: AdapterFileName;
  readonly signal?: AbortSignal | undefined;
}

/** Throws `APP_ADAPTER_FILE_MISSING`, and errors of the ports. */
export async function adapterBytes(
  { adapter, name, signal }: AdapterBytesParameters,
  ports: AdapterBytesPorts,
): Promise<Bytes> {
  const own =
    adapter.source === 'browser'
      ? await ports.readStored(adapter.id, name)
      : await ports.fetchOffered(adapter, name, signal);
  if (own !== undefined) return own;
  if (adapter.manifest !== undefined) {
    const published = (await ports.fetchPublished(adapter.manifest, signal))[name];
    if (published !== undefined) return published as Bytes;
  }
  throw new TributaryError({
    code: 'APP_ADAPTER_FILE_MISSING',
    message: `The adapter "${adapter.name}" has no file "${name}" here.`,
    facts: { adapter: adapter.name, id: adapter.id, file: name },
    hint: 'Choose another adapter, or fetch this one again from its publisher.',
  });
}
