// Adapters that peers announce, each manifest's signature checked before it is listed. Fetching one is a person's choice.
import { type AdapterManifest, type BlockStore, readAdapterManifest, type Verify } from '../../datanet/index.ts';
import type { Cid } from '../../lib/units.ts';

export interface AnnouncedAdapter {
  readonly cid: Cid;
  readonly manifest: AdapterManifest;
}

export interface ReceiveAdapterParameters {
  readonly cid: Cid;
  /** Those announced before. */
  readonly known: () => readonly AnnouncedAdapter[];
  readonly blocks: BlockStore;
  readonly verify: Verify;
}

/** All adapters announced so far, newest first, each once. Throws as `readAdapterManifest`. */
export async function receiveAdapter(parameters: ReceiveAdapterParameters): Promise<readonly AnnouncedAdapter[]> {
  const { cid, known, ...reader } = parameters;
  const manifest = await readAdapterManifest({ cid, ...reader });
  // Read now: others may have arrived meanwhile.
  return [...known().filter((adapter) => adapter.cid !== cid), { cid, manifest }].toSorted(
    (left, right) => right.manifest.ts - left.manifest.ts,
  );
}
