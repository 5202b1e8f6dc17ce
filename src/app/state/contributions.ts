// Contributions of this browser, out and in: the workflows over its tables, node and chain, and the arrivals that failed as a
// signal.
import { createSignal } from 'solid-js';
import type { Peers, Witness } from '../../peers/index.ts';
import { type ContributionRecord, database, guardWrite } from '../../store/index.ts';
import { createArrivals, type FailedArrival } from '../../workflows/rows/arrivals.ts';
import { contributionData, sentContributions, withWitnesses } from '../../workflows/rows/contributionRecord.ts';
import type { KnownContent } from '../../workflows/rows/knownContent.ts';
import type { PublishRowsParameters, PublishRowsPorts } from '../../workflows/rows/publishRows.ts';
import { config } from './config.ts';
import { learnDatanet, listDatanets } from './datanets.ts';
import { inTurn } from './inTurn.ts';
import { followPeersIfOn, peers } from './peers.ts';
import { publishedReader } from './publishedReader.ts';
import { hasChain, settlement } from './settlement.ts';
import { sourceRowsPorts } from './sourceRows.ts';

/** Witnesses of contributions that are not stored yet: a relay is sometimes faster than their author. */
const early = new Map<string, readonly Witness[]>();
const MAX_EARLY = 1_000;

/**
 * Stores a record with the witnesses that came since its writer read it. `ended`: keys of drafts that it has come of; they go in the
 * same moment, or a page that is closed then would offer to publish them once more.
 */
export async function saveContribution(record: ContributionRecord, ended: readonly string[] = []): Promise<void> {
  const { contributions, drafts } = database();
  await guardWrite(() =>
    database().transaction('rw', contributions, drafts, async () => {
      const stored = await contributions.get(record.id);
      const known = stored === undefined ? [] : (contributionData(stored).witnesses ?? []);
      await contributions.put(withWitnesses(record, [...known, ...(early.get(record.id) ?? [])]));
      await drafts.bulkDelete([...ended]);
    }),
  );
  early.delete(record.id);
}

/** All contributions, newest first. Reads the database: use inside `createLive`. */
export function listContributions(): Promise<ContributionRecord[]> {
  return database().contributions.orderBy('createdAt').reverse().toArray();
}

/** Reads the database: use inside `createLive`. */
export async function findContribution(cid: string): Promise<ContributionRecord | undefined> {
  return database().contributions.get(cid);
}

const [failedArrivals, setFailedArrivals] = createSignal<readonly FailedArrival[]>([]);
/** Contributions that were announced and could not be fetched, or were refused. */
export const arrivalFailures = failedArrivals;

const arrivals = createArrivals({
  async receive(announcement) {
    const { receiveContribution } = await import('../../workflows/rows/receiveContribution.ts');
    await receiveContribution(announcement, {
      isKnown: async (cid) => (await findContribution(cid)) !== undefined,
      saveContribution,
      saveWitnesses,
      reader: publishedReader,
      learnDatanet,
      now: Date.now,
    });
  },
  onFailures: setFailedArrivals,
  now: Date.now,
});

async function markSent(pending: readonly string[]): Promise<void> {
  const queued = await database()
    .contributions.filter((record) => record.state === 'queued')
    .toArray();
  for (const { id } of sentContributions(queued, pending)) {
    await database().contributions.update(id, { state: 'published' });
  }
}

/** A relay has witnessed a contribution, mostly one that was known before. */
async function saveWitnesses(cid: string, witnesses: readonly Witness[]): Promise<void> {
  const isStored = await database().transaction('rw', database().contributions, async () => {
    const record = await findContribution(cid);
    if (record === undefined) return false;
    const next = withWitnesses(record, witnesses);
    if (next !== record) await saveContribution(next);
    return true;
  });
  if (isStored) return;
  early.delete(cid);
  early.set(cid, witnesses);
  for (const oldest of early.keys()) {
    if (early.size <= MAX_EARLY) return;
    early.delete(oldest);
  }
}

function follow(node: Peers): void {
  // On a full disk they are told again at the next start.
  node.onWitness((cid, witnesses) => void saveWitnesses(cid, witnesses).catch(() => undefined));
  node.subscribe((announcement) => {
    if (announcement.kind === 'contribution') void arrivals.take(announcement);
  });
  const update = (): void => void markSent(node.pending().map(({ cid }) => cid));
  node.onChange(() => {
    update();
    void arrivals.retryIfDue();
  });
  update();
}

/** Takes in contributions as they are announced, once there is a node. Safe to call by every room that shows them. */
export function followContributions(): Promise<void> {
  return followPeersIfOn(follow);
}

/** Tries the failed arrivals again. */
export function retryArrivals(): Promise<void> {
  return arrivals.retry();
}

/** The slug under which the configuration lists a Datanet. */
export function datanetSlug(datanetId: string): string | undefined {
  return config().datanets.find((datanet) => datanet.id === datanetId)?.slug;
}

function publishPorts(): PublishRowsPorts {
  return {
    saveContribution,
    contributionsTo: (datanetId) => database().contributions.where({ datanetId }).toArray(),
    node: peers,
    ...(hasChain() ? { chain: settlement } : {}),
    chainId: config().deployment?.chainId ?? 1,
    slugOf: datanetSlug,
    now: Date.now,
  };
}

/** As `publishRows` of the workflow. `drafts`: keys of what is published; they end with the first record of it. */
export async function publishRows({
  drafts,
  ...parameters
}: PublishRowsParameters & { readonly drafts: readonly string[] }): Promise<ContributionRecord> {
  const workflow = await import('../../workflows/rows/publishRows.ts');
  return workflow.publishRows(parameters, {
    ...publishPorts(),
    saveContribution: (record) => saveContribution(record, drafts),
  });
}

/** As `announceContribution` of the workflow. */
export async function announceContribution(record: ContributionRecord): Promise<ContributionRecord> {
  const workflow = await import('../../workflows/rows/publishRows.ts');
  return inTurn(`contribution-${record.id}`, async () =>
    // Another tab may have come further with it.
    workflow.announceContribution((await findContribution(record.id)) ?? record, publishPorts()),
  );
}

/** As `registerContribution` of the workflow. */
export async function registerContribution(record: ContributionRecord): Promise<ContributionRecord> {
  const workflow = await import('../../workflows/rows/publishRows.ts');
  return inTurn(`contribution-${record.id}`, async () => {
    const current = (await findContribution(record.id)) ?? record;
    return ['registered', 'accepted'].includes(current.state)
      ? current
      : workflow.registerContribution(current, publishPorts());
  });
}

/** Keys of the rows that a Datanet has already, as far as they can be read without waiting for a peer. */
export async function knownContent(datanetId: string, signal: AbortSignal): Promise<Partial<KnownContent>> {
  const datanet = (await listDatanets()).find((entry) => entry.id === datanetId);
  if (datanet === undefined) return {};
  const workflow = await import('../../workflows/rows/knownContent.ts');
  return workflow.knownContent(datanet, { ports: sourceRowsPorts, signal });
}
