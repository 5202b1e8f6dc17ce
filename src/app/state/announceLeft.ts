// Announces contributions that an earlier page recorded, and went away before the node had them.
import { database } from '../../store/index.ts';
import { isUnannounced } from '../../workflows/rows/isUnannounced.ts';
import { announceContribution } from './contributions.ts';
import { followPeersIfOn } from './peers.ts';

async function announceAll(): Promise<void> {
  for (const record of await database().contributions.filter(isUnannounced).toArray())
    await announceContribution(record);
}

function follow(): void {
  // That a relay is away stands in the record; on a full disk it is announced at the next start.
  announceAll().catch(() => undefined);
}

/** Once there is a node, and with every node that replaces it. Safe to call often. */
export function announceLeft(): Promise<void> {
  return followPeersIfOn(follow);
}
