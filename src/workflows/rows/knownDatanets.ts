// The Datanets that were created here or that contributions of peers belong to, each remembered with its description.
import type { BlockStore } from '../../datanet/index.ts';
import { toTributaryError } from '../../lib/errors.ts';
import { cid as asCid } from '../../lib/units.ts';
import {
  type DatanetDescription,
  type DatanetTexts,
  decodeDescription,
  encodeDescription,
  isDescriptionCid,
} from './datanetDescription.ts';

export interface KnownDatanet {
  readonly description: DatanetDescription;
  /** Created in this browser. */
  readonly mine: boolean;
}

export interface KnownDatanetsPorts {
  /** Whether the configuration describes this Datanet. */
  isOffered(datanetId: string): boolean;
  isKnown(datanetId: string): Promise<boolean>;
  /** Adds one, in one transaction: several contributions may arrive at the same time. */
  remember(datanetId: string, known: KnownDatanet): Promise<void>;
  /** Opened when a block is stored or fetched. */
  blocks(): Promise<BlockStore>;
}

/** Stores the description as a block and remembers the Datanet. Returns its id. */
export async function createDatanet(texts: DatanetTexts, ports: KnownDatanetsPorts): Promise<string> {
  const blocks = await ports.blocks();
  const id: string = await blocks.put(encodeDescription(texts), 'raw');
  await ports.remember(id, { description: { v: 1, type: 'datanet', ...texts }, mine: true });
  return id;
}

/**
 * Fetches the description of a Datanet that a peer named. Does nothing when it is known, when its id is not the CID of a
 * description, or when no peer has the block: the name is optional, and without it the Datanet is shown by its id.
 */
export async function learnDatanet(id: string, ports: KnownDatanetsPorts): Promise<void> {
  if (!isDescriptionCid(id) || ports.isOffered(id) || (await ports.isKnown(id))) return;
  const blocks = await ports.blocks();
  try {
    const description = decodeDescription(await blocks.get(asCid(id)));
    if (description !== undefined) await ports.remember(id, { description, mine: false });
  } catch (error) {
    if (toTributaryError(error).code !== 'BLOCK_NOT_FOUND') throw error;
  }
}
