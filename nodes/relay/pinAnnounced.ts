// Fetches and pins the blocks that an announcement names. The signed header or manifest comes first and says how large the
// rest is: rows and weights are fetched only after signature and quota were checked, and what arrives is charged block by block.
// A failure leaves no block behind.
import { checkAdapter, checkContribution, readAdapterManifest, type Verify } from '../../src/datanet/index.ts';
import { TributaryError } from '../../src/lib/errors.ts';
import { cid as asCid, type Cid } from '../../src/lib/units.ts';
import type { Announcement, NodePeers, ReceivedAnnouncement } from '../../src/peers/node.ts';
import { isDescriptionCid, MAX_DESCRIPTION_BYTES } from '../../src/workflows/rows/datanetDescription.ts';
import { readAnnouncedHeader } from '../../src/workflows/rows/receiveContribution.ts';
import type { BlockSweeper } from './blockSweeper.ts';
import { createPatience } from './patience.ts';
import { type Attempt, PEER_PREFIX, type Pins } from './pins.ts';

/** Kinds that are a single block; a ledger lists every receipt of an epoch. */
const MAX_NOTE_BYTES = { receipt: 256 * 1024, voucher: 64 * 1024, ledger: 1 << 20 } as const;
type NoteKind = keyof typeof MAX_NOTE_BYTES;
/** All of it: so long at first, and as long as it comes in at this rate. */
const FETCH_MILLISECONDS = 60_000;
const FETCHED = { bytesPerSecond: 32 * 1024, maxMilliseconds: 300_000 } as const;
/** The announced block itself: who announces it has it at hand, and others wait meanwhile. */
const FIRST_BLOCK_MILLISECONDS = 10_000;
const DESCRIPTION_MILLISECONDS = 5_000;

export interface PinAnnouncedParameters {
  readonly announcement: ReceivedAnnouncement;
  /** Network address of who announced it. */
  readonly place: string;
  readonly node: NodePeers;
  readonly pins: Pins;
  readonly sweeper: BlockSweeper;
  readonly verify: Verify;
}

interface Pinning extends PinAnnouncedParameters {
  readonly attempt: Attempt;
  readonly metered: ReturnType<typeof meteredBlocks>;
  /** For the first block, and for all of them. */
  readonly first: AbortSignal;
  readonly signal: AbortSignal;
}

const isNote = (kind: Announcement['kind']): kind is NoteKind => kind in MAX_NOTE_BYTES;

/**
 * The name under which the bytes of an announcement are pinned. The header of a contribution that somebody announces as a receipt
 * is a note of one block, and no contribution: its rows were never fetched.
 */
export function pinKey({ kind, cid }: Announcement): string {
  return isNote(kind) ? `note/${cid}` : cid;
}

/** Blocks of the node that are used and charged by `attempt`; bytes before an owner is known are charged when it is. */
function meteredBlocks(
  { node: { blocks: all }, sweeper }: PinAnnouncedParameters,
  attempt: Attempt,
  onFetched: (bytes: number) => void,
) {
  const sizes = new Map<Cid, number>();
  let owner: string | undefined;
  const use = (block: Cid): Promise<void> => {
    attempt.use(block);
    return sweeper.settled(block);
  };
  const fetched = (block: Cid, bytes: number): void => {
    if (sizes.has(block)) return;
    sizes.set(block, bytes);
    onFetched(bytes);
    if (owner !== undefined) attempt.charge(owner, bytes);
  };
  const blocks: NodePeers['blocks'] = {
    ...all,
    async get(block, options) {
      await use(block);
      const bytes = await all.get(block, options);
      fetched(block, bytes.byteLength);
      return bytes;
    },
    readFile: (file, options) =>
      all.readFile(file, { ...options, timeoutMilliseconds: FETCH_MILLISECONDS, onBlock: use, onFetched: fetched }),
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
 * `NOTE_TOO_LARGE`, `STATEMENT_KNOWN`, `BLOCK_NOT_FOUND`, and errors of reading the document.
 */
export async function pinAnnounced(parameters: PinAnnouncedParameters): Promise<void> {
  const { announcement, node, pins, place, sweeper } = parameters;
  const { kind, cid } = announcement;
  const key = pinKey(announcement);
  // Of a contribution that is pinned the Datanet is checked all the same: it would be listed under any.
  if (pins.has(key) && kind !== 'contribution') return;
  const attempt = pins.attempt(place);
  const whole = createPatience({ cid, firstMilliseconds: FETCH_MILLISECONDS, earning: FETCHED });
  const first = createPatience({ cid, firstMilliseconds: FIRST_BLOCK_MILLISECONDS });
  const pinning: Pinning = {
    ...parameters,
    attempt,
    metered: meteredBlocks(parameters, attempt, whole.moved),
    first: first.signal,
    signal: whole.signal,
  };
  try {
    if (!pins.has(key)) await node.requireSpace(0);
    if (kind === 'contribution') await pinContribution(pinning);
    else if (kind === 'adapter') await pinAdapter(pinning);
    else await pinNote(pinning, kind);
  } finally {
    first.end();
    whole.end();
    attempt.end();
    await sweeper.sweep(attempt.blocks);
  }
}

async function pinContribution(pinning: Pinning): Promise<void> {
  const { announcement, node, attempt, verify, metered, first, signal } = pinning;
  const { cid } = announcement;
  const { blocks, chargeTo } = metered;
  const header = await readAnnouncedHeader({ announcement, blocks, verify, signal: first });
  if (await isPinned(pinning, header)) return;
  attempt.requireRoom(header.author, header.bytes);
  await node.requireSpace(header.bytes);
  chargeTo(header.author);
  await checkContribution({ cid, blocks, verify, signal });
  await addDescription(header, pinning);
  await attempt.pin(cid, header.author, header.statement);
}

async function pinAdapter(pinning: Pinning): Promise<void> {
  const { announcement, node, attempt, verify, metered, first, signal } = pinning;
  const { cid } = announcement;
  const { blocks, chargeTo } = metered;
  const manifest = await readAdapterManifest({ cid, blocks, verify, signal: first });
  if (await isPinned(pinning, manifest)) return;
  await node.requireSpace(manifest.weights.bytes + (manifest.index?.bytes ?? 0));
  chargeTo(manifest.author);
  await checkAdapter({ cid, blocks, files: blocks, verify, signal });
  await attempt.pin(cid, manifest.author, manifest.statement);
}

async function pinNote({ announcement, pins, attempt, metered, first }: Pinning, kind: NoteKind): Promise<void> {
  const { cid, provider } = announcement;
  const { blocks, chargeTo } = metered;
  const owner = `${PEER_PREFIX}${provider}`;
  const key = pinKey(announcement);
  await attempt.claim(key, first);
  if (pins.has(key)) return;
  attempt.requireRoom(owner, 1);
  chargeTo(owner);
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
  await attempt.pin(key, owner);
}

/**
 * Whether this document is pinned, once nobody else is about to pin what it says: one statement is kept and charged once, however often
 * its author signed it and whoever announces it. Throws `STATEMENT_KNOWN`.
 */
async function isPinned(
  { announcement: { cid }, pins, attempt, signal }: Pinning,
  { statement, author }: { readonly statement: string; readonly author: string },
): Promise<boolean> {
  await attempt.claim(statement, signal);
  const known = pins.findStatement(statement);
  if (known === undefined || known === cid) return pins.has(cid);
  throw new TributaryError({
    code: 'STATEMENT_KNOWN',
    message: 'The same was signed before and is kept already.',
    facts: { cid, known, author },
    hint: 'Use the identifier of the one that is kept.',
  });
}

/** What leaves a description out: nobody sends it in time, or it has no room. */
const OPTIONAL_FAULTS: readonly string[] = ['BLOCK_NOT_FOUND', 'QUOTA_EXCEEDED'];

/**
 * Adds the description of a Datanet to what is pinned with its first rows, where the id is its CID and it is small enough. It is optional
 * (a name instead of an identifier): rows are pinned without it.
 */
async function addDescription(
  { datanet, author }: { readonly datanet: string; readonly author: string },
  { node, pins, place, attempt, sweeper }: Pinning,
): Promise<void> {
  if (!isDescriptionCid(datanet)) return;
  const block = asCid(datanet);
  const trial = pins.attempt(place);
  try {
    trial.use(block);
    await sweeper.settled(block);
    const { byteLength } = await node.blocks.get(block, { timeoutMilliseconds: DESCRIPTION_MILLISECONDS });
    if (byteLength > MAX_DESCRIPTION_BYTES) return;
    attempt.charge(author, byteLength);
    attempt.use(block);
  } catch (error) {
    if (!(error instanceof TributaryError && OPTIONAL_FAULTS.includes(error.code))) throw error;
  } finally {
    trial.end();
    await sweeper.sweep(trial.blocks);
  }
}
