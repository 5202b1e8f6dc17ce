// Fetches and keeps what an announcement names. The signed header or manifest comes first and says how large the rest is;
// no row and no weight is fetched before signature and quota agree. What fails leaves no block behind.
import {
  readAdapter,
  readAdapterManifest,
  readContribution,
  readContributionHeader,
  type Verify,
} from '../../src/datanet/index.ts';
import { isAbort, TributaryError } from '../../src/lib/errors.ts';
import { cid as asCid } from '../../src/lib/units.ts';
import type { NodePeers, ReceivedAnnouncement } from '../../src/peers/node.ts';
import type { Pins } from './pins.ts';

/** Of what is one block; a ledger lists every receipt of an epoch. */
const MAXIMUM_NOTE_BYTES = { receipt: 256 * 1024, voucher: 64 * 1024, ledger: 1 << 20 } as const;
const FETCH_MILLISECONDS = 60_000;
const MAXIMUM_DESCRIPTION_BYTES = 4_096;
const DESCRIPTION_MILLISECONDS = 5_000;

export interface PinAnnouncedParameters {
  readonly announcement: ReceivedAnnouncement;
  readonly node: NodePeers;
  readonly pins: Pins;
  readonly verify: Verify;
}

/** Throws `QUOTA_EXCEEDED`, `SCOPE_MISMATCH`, `NOTE_TOO_LARGE`, and what reading the document throws. */
export async function pinAnnounced({ announcement, node, pins, verify }: PinAnnouncedParameters): Promise<void> {
  const { kind, cid, scope, provider } = announcement;
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
      const header = await readContributionHeader({ cid, blocks, verify, signal });
      if (header.datanet !== scope) throw scopeMismatch(announcement, header.datanet);
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
      const maximumBytes = MAXIMUM_NOTE_BYTES[kind];
      release = pins.reserve(owner, maximumBytes);
      bytes = (await blocks.get(cid, { signal })).byteLength;
      if (bytes > maximumBytes) {
        throw new TributaryError({
          code: 'NOTE_TOO_LARGE',
          message: `A ${kind} has at most ${maximumBytes} bytes.`,
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
 * Whether a Datanet that is named by the CID of its description has one, small enough to be kept beside the first rows. It
 * is a comfort (a name instead of an identifier): rows are kept without it.
 */
async function hasDescription(datanet: string, node: NodePeers): Promise<boolean> {
  if (!/^bafkrei[a-z2-7]{52}$/.test(datanet)) return false;
  const block = asCid(datanet);
  const kept = await node.blocks.has(block);
  try {
    const bytes = await node.blocks.get(block, { signal: AbortSignal.timeout(DESCRIPTION_MILLISECONDS) });
    if (bytes.byteLength <= MAXIMUM_DESCRIPTION_BYTES) return true;
  } catch (error) {
    if (isAbort(error) || (error instanceof TributaryError && error.code === 'BLOCK_NOT_FOUND')) return false;
    throw error;
  }
  if (!kept) await node.deleteBlocks([block]);
  return false;
}

function scopeMismatch({ cid, scope }: ReceivedAnnouncement, datanet: string): TributaryError {
  return new TributaryError({
    code: 'SCOPE_MISMATCH',
    message: 'The contribution is for another Datanet than its announcement says.',
    facts: { cid: cid, scope, datanet },
    hint: 'It is not listed.',
  });
}
