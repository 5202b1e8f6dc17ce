// Contributions, out and in: publishing rows (blocks, signature, announcement, chain) and taking in what peers announce,
// each header's signature checked before it is shown. Every step leaves a record, so that a reload or a missing relay loses
// nothing.
import { createSignal } from 'solid-js';
import {
  authorAddress,
  type ContributionHeader,
  cidDigest,
  publishContribution,
  type Row,
  readContributionHeader,
  type Signer,
} from '../../datanet/index.ts';
import { isAbort, type SerializedError, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { cid as asCid, type Cid } from '../../lib/units.ts';
import type { ReceivedAnnouncement } from '../../peers/index.ts';
import type { Hex, MessageSigner } from '../../settlement/index.ts';
import { type ContributionRecord, database, guardWrite } from '../../store/index.ts';
import { ensureGas } from '../../workflows/ensureGas.ts';
import { config } from './config.ts';
import { learnDatanet } from './datanets.ts';
import { peers } from './peers.ts';
import { deployment, hasChain, settlement } from './settlement.ts';

/** What a contribution's record carries besides its columns. */
export interface ContributionData {
  readonly header: ContributionHeader;
  /** Transaction that registered it. */
  readonly transaction?: Hex;
  readonly registerError?: SerializedError;
  /** PeerId of who announced it. */
  readonly provider?: string;
  /** `heads`: known before this browser came; `gossip`: arrived live. */
  readonly via?: ReceivedAnnouncement['via'];
}

export function contributionData(record: ContributionRecord): ContributionData {
  return record.data as ContributionData;
}

export interface Arrival {
  readonly cid: Cid;
  readonly kind: 'contribution' | 'adapter';
  readonly error: unknown;
}

const [failedArrivals, setFailedArrivals] = createSignal<readonly Arrival[]>([]);
/** Announced, but not to be had or refused. */
export const arrivalFailures = failedArrivals;

async function save(record: ContributionRecord): Promise<ContributionRecord> {
  await guardWrite(() => database().contributions.put(record));
  return record;
}

async function receive({ cid, provider, via }: ReceivedAnnouncement): Promise<void> {
  if ((await database().contributions.get(cid)) !== undefined) return;
  setFailedArrivals((arrivals) => arrivals.filter((arrival) => arrival.cid !== cid));
  try {
    const [{ verifyMessage }, node] = await Promise.all([import('../../settlement/index.ts'), peers()]);
    const header = await readContributionHeader({ cid, blocks: node.blocks, verify: verifyMessage });
    const data: ContributionData = { header, provider, via };
    await save({
      id: cid,
      datanetId: header.datanet,
      contributor: authorAddress(header.author),
      rows: header.count,
      mine: false,
      state: 'published',
      createdAt: header.ts,
      data,
    });
    await learnDatanet(header.datanet).catch((error: unknown) => {
      // Its name is a comfort: without it the Datanet stands under its id.
      if (toTributaryError(error).code !== 'BLOCK_NOT_FOUND') throw error;
    });
  } catch (error) {
    setFailedArrivals((arrivals) => [...arrivals, { cid, kind: 'contribution', error }]);
  }
}

/** Records of queued contributions that have gone out since. */
async function settleQueue(pending: readonly string[]): Promise<void> {
  const queued = await database()
    .contributions.filter((record) => record.state === 'queued')
    .toArray();
  for (const record of queued) {
    if (!pending.includes(record.id)) await database().contributions.update(record.id, { state: 'published' });
  }
}

/** Milliseconds between two tries by itself. */
const retryInterval = 15_000;
let following: Promise<void> | undefined;

async function follow(): Promise<void> {
  const node = await peers();
  node.subscribe((announcement) => {
    if (announcement.kind === 'contribution') void receive(announcement);
  });
  const settle = (): void => void settleQueue(node.pending().map(({ cid }) => cid));
  let retriedAt = Date.now();
  node.onChange(() => {
    settle();
    // Another peer may have what nobody had before.
    if (failedArrivals().length === 0 || Date.now() - retriedAt < retryInterval) return;
    retriedAt = Date.now();
    void retryArrivals();
  });
  settle();
}

/** Takes in contributions as they are announced. Safe to call by every room that shows them. */
export function followContributions(): Promise<void> {
  following ??= follow().catch((error: unknown) => {
    following = undefined;
    throw error;
  });
  return following;
}

/** Tries the announcements again whose bytes nobody had. */
export async function retryArrivals(): Promise<void> {
  const again = failedArrivals().filter((arrival) => arrival.kind === 'contribution');
  setFailedArrivals([]);
  for (const { cid } of again) await receive({ kind: 'contribution', scope: '', cid, provider: '', via: 'heads' });
}

export type PublishStep = 'store' | 'sign' | 'announce' | 'register';

export interface PublishRowsParameters {
  readonly datanetId: string;
  readonly rows: readonly Row[];
  readonly licence: string;
  readonly signer: MessageSigner;
  readonly onStep: (step: PublishStep) => void;
}

/** The newest contributions of a Datanet that no other one names: what a new one builds on. At most 64. */
async function knownHeads(datanetId: string): Promise<Cid[]> {
  const records = await database().contributions.where({ datanetId }).toArray();
  const named = new Set(records.flatMap((record) => contributionData(record).header.parents));
  const heads = records.filter((record) => !named.has(asCid(record.id)));
  return heads
    .toSorted((left, right) => right.createdAt - left.createdAt)
    .slice(0, 64)
    .map((record) => asCid(record.id));
}

/**
 * Publishes rows: blocks and header are stored here, the announcement goes to a relay or waits in the queue, and where a
 * chain is there the contribution is registered. A failure after the signature is kept in the record, not thrown: the
 * rows are published. Throws what signing and storing throw.
 */
export async function publishRows({
  datanetId,
  rows,
  licence,
  signer: author,
  onStep,
}: PublishRowsParameters): Promise<ContributionRecord> {
  onStep('store');
  const node = await peers();
  const signer: Signer = {
    address: author.address,
    signMessage(bytes) {
      onStep('sign');
      return author.signMessage(bytes);
    },
  };
  const { cid, header } = await publishContribution({
    datanetId,
    rows,
    licence,
    parents: await knownHeads(datanetId),
    signer,
    blocks: node.blocks,
    timestamp: Date.now(),
    chainId: config().deployment?.chainId ?? 1,
  });
  const data: ContributionData = { header };
  const record = await save({
    id: cid,
    datanetId,
    contributor: author.address.toLowerCase(),
    rows: header.count,
    mine: true,
    state: 'queued',
    createdAt: header.ts,
    data,
  });
  onStep('announce');
  const announced = await announceContribution(record);
  if (!hasChain()) return announced;
  onStep('register');
  return registerContribution(announced);
}

/** Announces a contribution (again). */
export async function announceContribution(record: ContributionRecord): Promise<ContributionRecord> {
  const node = await peers();
  const outcome = await node.announce({ kind: 'contribution', scope: record.datanetId, cid: asCid(record.id) });
  return outcome === 'sent' && record.state === 'queued' ? save({ ...record, state: 'published' }) : record;
}

/** The id on chain of a Datanet, undefined where it is not registered yet. Throws `APP_DATANET_NOT_ON_CHAIN` where it cannot be. */
export async function chainDatanetId(datanetId: string): Promise<Hex | undefined> {
  if (/^0x[0-9a-f]{64}$/.test(datanetId)) return datanetId as Hex;
  const slug = config().datanets.find((datanet) => datanet.id === datanetId)?.slug ?? datanetId;
  const deployed = (await deployment())?.datanets.find((datanet) => datanet.slug === slug);
  if (deployed !== undefined) return deployed.id;
  if (!/^baf[a-z2-7]{50,}$/.test(datanetId)) {
    throw new TributaryError({
      code: 'APP_DATANET_NOT_ON_CHAIN',
      message: 'This Datanet is not registered on the chain, and its id does not tell what it is about.',
      facts: { datanetId },
      hint: 'Your rows are published all the same; contribute to another Datanet to have them on the chain.',
    });
  }
  const digest = cidDigest(datanetId);
  return (await (await settlement()).datanets()).find((datanet) => datanet.metadataDigest === digest)?.id;
}

/**
 * Registers a contribution (and, the first time, its Datanet) on the chain. A refusal or failure is kept in the record's
 * data, so that it can be tried again.
 */
export async function registerContribution(record: ContributionRecord): Promise<ContributionRecord> {
  const { header, provider, via } = contributionData(record);
  const known = { header, ...(provider === undefined ? {} : { provider }), ...(via === undefined ? {} : { via }) };
  try {
    const chain = await settlement();
    await ensureGas(chain, record.contributor as Hex);
    const slug = record.datanetId.slice(-40);
    const datanetId =
      (await chainDatanetId(record.datanetId)) ??
      (await chain.createDatanet({ slug, metadataDigest: cidDigest(record.datanetId) })).datanetId;
    const { hash } = await chain.contribute({
      datanetId,
      rowsRoot: `0x${header.rowsRoot}`,
      headerDigest: cidDigest(record.id),
      rowCount: header.count,
    });
    const data: ContributionData = { ...known, transaction: hash };
    return await save({ ...record, state: 'registered', data });
  } catch (error) {
    if (isAbort(error)) return record;
    const data: ContributionData = { ...known, registerError: toTributaryError(error).serialize() };
    return save({ ...record, data });
  }
}
