// Fetches and pins the blocks that an announcement names. The signed header or manifest comes first and says how large the
// rest is: rows and weights are fetched only after signature and quota were checked, and what arrives is charged block by block.
// A failure leaves no block behind.
import { readAdapter, readAdapterManifest, readContribution, type Verify } from '../../src/datanet/index.ts';
import { anySignal } from '../../src/lib/anySignal.ts';
import { isAbort, TributaryError } from '../../src/lib/errors.ts';
import { cid as asCid, type Cid } from '../../src/lib/units.ts';
import type { NodePeers, ReceivedAnnouncement } from '../../src/peers/node.ts';
import { isDescriptionCid, MAX_DESCRIPTION_BYTES } from '../../src/workflows/rows/datanetDescription.ts';
import { readAnnouncedHeader } from '../../src/workflows/rows/receiveContribution.ts';
import { type Attempt, PEER_PREFIX, type Pins } from './pins.ts';

/** Kinds that are a single block; a ledger lists every receipt of an epoch. */
const MAX_NOTE_BYTES = { receipt: 256 * 1024, voucher: 64 * 1024, ledger: 1 << 20 } as const;
const FETCH_MILLISECONDS = 60_000;
/** The announced block itself: who announces it has it at hand, and others wait meanwhile. */
const FIRST_BLOCK_MILLISECONDS = 10_000;
const DESCRIPTION_MILLISECONDS = 5_000;

export interface PinAnnouncedParameters {
  readonly announcement: ReceivedAnnouncement;
  readonly node: NodePeers;
  readonly pins: Pins;
  readonly verify: Verify;
}

/** Blocks of the node that are used and charged by `attempt`; bytes before an owner is known are charged when it is. */
function meteredBlocks(node: NodePeers, attempt: Attempt) {
  const sizes = new Map<Cid, number>();
  let owner: string | undefined;
  const fetched = (block: Cid, bytes: number): void => {
    if (sizes.has(block)) return;
    sizes.set(block, bytes);
    if (owner !== undefined) attempt.charge(owner, bytes);
  };
  const blocks: NodePeers['blocks'] = {
    ...node.blocks,
    async get(block, options) {
      attempt.use(block);
      const bytes = await node.blocks.get(block, options);
      fetched(block, bytes.byteLength);
      return bytes;
    },
    getFile: (file, options) => node.blocks.getFile(file, { ...options, onBlock: attempt.use, onFetched: fetched }),
  };
  return {
    blocks,
    chargeTo(name: string) {
      owner = name;
      attempt.charge(
        name,
        [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
      );
    },
  };
}

/**
 * Pins what is announced, unless it is pinned. Throws `QUOTA_EXCEEDED`, `STORAGE_FULL`, `SCOPE_MISMATCH`,
 * `NOTE_TOO_LARGE`, `STATEMENT_KNOWN`, and errors of reading the document.
 */
export async function pinAnnounced({ announcement, node, pins, verify }: PinAnnouncedParameters): Promise<void> {
  const { kind, cid, provider } = announcement;
  // Of a contribution that is pinned the Datanet is checked all the same: it would be listed under any.
  if (pins.has(cid) && kind !== 'contribution') return;
  const signal = AbortSignal.timeout(FETCH_MILLISECONDS);
  const first = anySignal([signal, AbortSignal.timeout(FIRST_BLOCK_MILLISECONDS)]);
  const attempt = pins.attempt();
  const { blocks, chargeTo } = meteredBlocks(node, attempt);
  try {
    if (!pins.has(cid)) await node.requireSpace(0);
    if (kind === 'contribution') {
      const header = await readAnnouncedHeader({ announcement, blocks, verify, signal: first });
      if (pins.has(cid)) return;
      requireNew(pins, cid, header);
      attempt.requireRoom(header.author, header.bytes);
      await node.requireSpace(header.bytes);
      chargeTo(header.author);
      await readContribution({ cid, blocks, verify, signal });
      if (await hasDescription(header.datanet, node)) attempt.use(asCid(header.datanet));
      await attempt.pin(cid, header.author, header.statement);
    } else if (kind === 'adapter') {
      const manifest = await readAdapterManifest({ cid, blocks, verify, signal: first });
      requireNew(pins, cid, manifest);
      const stated = manifest.weights.bytes + (manifest.index?.bytes ?? 0);
      await node.requireSpace(stated);
      chargeTo(manifest.author);
      await readAdapter({ cid, blocks, files: blocks, verify, signal });
      await attempt.pin(cid, manifest.author, manifest.statement);
    } else {
      const owner = `${PEER_PREFIX}${provider}`;
      chargeTo(owner);
      attempt.requireRoom(owner, 1);
      const { byteLength: bytes } = await blocks.get(cid, { signal: first });
      const maxBytes = MAX_NOTE_BYTES[kind];
      if (bytes > maxBytes) {
        throw new TributaryError({
          code: 'NOTE_TOO_LARGE',
          message: `A ${kind} has at most ${maxBytes} bytes.`,
          facts: { cid, bytes, kind, maxBytes },
          hint: 'It is not kept.',
        });
      }
      await attempt.pin(cid, owner);
    }
  } finally {
    attempt.end();
    await node.deleteBlocks([...attempt.blocks].filter((block) => !pins.holds(block)));
  }
}

/** One statement is kept and charged once, however often its author signed it. */
function requireNew(
  pins: Pins,
  cid: Cid,
  { statement, author }: { readonly statement: string; readonly author: string },
): void {
  const known = pins.findStatement(statement);
  if (known === undefined || known === cid) return;
  throw new TributaryError({
    code: 'STATEMENT_KNOWN',
    message: 'The same was signed before and is kept already.',
    facts: { cid, known, author },
    hint: 'Use the identifier of the one that is kept.',
  });
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
