// Adapters that peers announce, each manifest's signature checked before it is listed. Fetching one is the person's choice.
import { createSignal } from 'solid-js';
import { type AdapterManifest, readAdapterManifest } from '../../datanet/index.ts';
import type { Cid } from '../../lib/units.ts';
import { peers } from './peers.ts';

export interface AnnouncedAdapter {
  readonly cid: Cid;
  readonly manifest: AdapterManifest;
}

const [announced, setAnnounced] = createSignal<readonly AnnouncedAdapter[]>([]);
/** Newest first. */
export const announcedAdapters = announced;

const [failures, setFailures] = createSignal<readonly Cid[]>([]);
/** Announced, but not to be had or refused. */
export const announcedAdapterFailures = failures;

async function receive(cid: Cid): Promise<void> {
  setFailures((cids) => cids.filter((other) => other !== cid));
  try {
    const [{ verifyMessage }, node] = await Promise.all([import('../../settlement/index.ts'), peers()]);
    const manifest = await readAdapterManifest({ cid, blocks: node.blocks, verify: verifyMessage });
    setAnnounced((known) =>
      [...known.filter((adapter) => adapter.cid !== cid), { cid, manifest }].toSorted(
        (left, right) => right.manifest.ts - left.manifest.ts,
      ),
    );
  } catch {
    // Anyone may announce anything; what cannot be read is counted and can be asked for again.
    setFailures((cids) => [...cids, cid]);
  }
}

let following: Promise<void> | undefined;

async function follow(): Promise<void> {
  const node = await peers();
  node.subscribe((announcement) => {
    if (announcement.kind === 'adapter') void receive(announcement.cid);
  });
}

/** Takes in adapters as they are announced. Safe to call by every room that shows them. */
export function followAdapters(): Promise<void> {
  following ??= follow().catch((error: unknown) => {
    following = undefined;
    throw error;
  });
  return following;
}

export async function retryAnnouncedAdapters(): Promise<void> {
  for (const cid of failures()) await receive(cid);
}
