// Fetches and pins the blocks that an announcement names. The signed header or manifest comes first and says how large the
// rest is: rows and weights are fetched only after signature and quota were checked. A failure leaves no block behind.
import { readAdapter, readAdapterManifest, readContribution, type Verify } from '../../src/datanet/index.ts';
import { isAbort, TributaryError } from '../../src/lib/errors.ts';
import { cid as asCid } from '../../src/lib/units.ts';
import type { NodePeers, ReceivedAnnouncement } from '../../src/peers/node.ts';
import { isDescriptionCid, MAX_DESCRIPTION_BYTES } from '../../src/workflows/rows/datanetDescription.ts';
import { readAnnouncedHeader } from '../../src/workflows/rows/receiveContribution.ts';
import type { Pins } from './pins.ts';

/** Kinds that are a single block; a ledger lists every receipt of an epoch. */
const MAX_NOTE_BYTES = { receipt: 256 * 1024, voucher: 64 * 1024, ledger: 1 << 20 } as const;
const FETCH_MILLISECONDS = 60_000;
const DESCRIPTION_MILLISECONDS = 5_000;

export interface PinAnnouncedParameters {
  readonly announcement: ReceivedAnnouncement;
  readonly node: NodePeers;
  readonly pins: Pins;
  readonly verify: Verify;
}

/** Throws `QUOTA_EXCEEDED`, `SCOPE_MISMATCH`, `NOTE_TOO_LARGE`, and errors of reading the document. */
export async function pinAnnounced({ announcement, node, pins, verify }: PinAnnouncedParameters): Promise<void> {
  const { kind, cid, provider } = announcement;
  if (pins.has(cid)) return;
  const signal = AbortSignal.timeout(FETCH_MILLISECONDS);
  const lease = pins.lease();
  const blocks: NodePeers['blocks'] = {
    ...node.blocks,
    get(block, options) {
      lease.use(block);
      return node.blocks.get(block, options);
    },
    getFile: (file, options) => node.blocks.getFile(file, { ...options, onBlock: lease.use }),
  };
  let release: () => void = () => undefined;
  try {
    let owner: string;
    let bytes: number;
    if (kind === 'contribution') {
      const header = await readAnnouncedHeader({ announcement, blocks, verify, signal });
      owner = header.author;
      bytes = header.bytes;
      release = pins.reserve(owner, bytes);
      await readContribution({ cid, blocks, verify, signal });
      if (await hasDescription(header.datanet, node)) lease.use(asCid(header.datanet));
    } else if (kind === 'adapter') {
      const manifest = await readAdapterManifest({ cid, blocks, verify, signal });
      owner = manifest.author;
      bytes = manifest.weights.bytes + (manifest.index?.bytes ?? 0);
      release = pins.reserve(owner, bytes);
      await readAdapter({ cid, blocks, files: blocks, verify, signal });
    } else {
      owner = `peer:${provider}`;
      const maxBytes = MAX_NOTE_BYTES[kind];
      release = pins.reserve(owner, maxBytes);
      bytes = (await blocks.get(cid, { signal })).byteLength;
      if (bytes > maxBytes) {
        throw new TributaryError({
          code: 'NOTE_TOO_LARGE',
          message: `A ${kind} has at most ${maxBytes} bytes.`,
          facts: { cid, bytes },
          hint: 'It is not kept.',
        });
      }
    }
    release();
    await pins.add({ cid, owner, bytes, blocks: [...lease.blocks] });
  } finally {
    release();
    lease.end();
    await node.deleteBlocks([...lease.blocks].filter((block) => !pins.holds(block)));
  }
}

/**
 * Whether the description of a Datanet can be pinned beside its first rows: the id is its CID, and it is small enough. It is
 * optional (a name instead of an identifier): rows are pinned without it.
 */
async function hasDescription(datanet: string, node: NodePeers): Promise<boolean> {
  if (!isDescriptionCid(datanet)) return false;
  const block = asCid(datanet);
  const wasHere = await node.blocks.has(block);
  try {
    const bytes = await node.blocks.get(block, { signal: AbortSignal.timeout(DESCRIPTION_MILLISECONDS) });
    if (bytes.byteLength <= MAX_DESCRIPTION_BYTES) return true;
  } catch (error) {
    if (isAbort(error) || (error instanceof TributaryError && error.code === 'BLOCK_NOT_FOUND')) return false;
    throw error;
  }
  if (!wasHere) await node.deleteBlocks([block]);
  return false;
}
