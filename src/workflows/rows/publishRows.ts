// Publishes rows: blocks and signed header, announcement, chain. Each step leaves a record, so that a reload, a missing relay
// or a refused transaction loses nothing and can be tried again.
import {
  type BlockStore,
  type ContributionOverride,
  cidDigest,
  MAX_PARENTS,
  publishContribution,
  type Row,
  type Signer,
} from '../../datanet/index.ts';
import { isAbort, toTributaryError } from '../../lib/errors.ts';
import { cid as asCid, type Cid } from '../../lib/units.ts';
import type { Announcement } from '../../peers/index.ts';
import type { Hex, Settlement } from '../../settlement/index.ts';
import type { ContributionRecord } from '../../store/index.ts';
import { ensureGas } from '../ensureGas.ts';
import { runStep } from '../runStep.ts';
import { chainDatanetId } from './chainDatanetId.ts';
import { type ContributionData, contributionData } from './contributionRecord.ts';
import { isUnannounced } from './isUnannounced.ts';

export type RegistryChain = Pick<
  Settlement,
  'deployment' | 'balances' | 'faucet' | 'datanets' | 'contributions' | 'createDatanet' | 'contribute'
>;

export interface PublishRowsPorts {
  saveContribution(record: ContributionRecord): Promise<void>;
  /** Contributions to a Datanet that are known here. */
  contributionsTo(datanetId: string): Promise<readonly ContributionRecord[]>;
  /** Opened by the first step. */
  node(): Promise<{
    readonly blocks: BlockStore;
    announce(announcement: Announcement): Promise<'sent' | 'queued'>;
  }>;
  /** Absent where no chain is configured. */
  readonly chain?: (() => Promise<RegistryChain>) | undefined;
  /** Of the author's account; 1 where no chain is configured. */
  readonly chainId: number;
  /** The slug under which the configuration lists a Datanet. */
  slugOf(datanetId: string): string | undefined;
  now(): number;
}

export type PublishStep = 'store' | 'sign' | 'announce' | 'register';

export interface PublishRowsParameters {
  readonly datanetId: string;
  readonly rows: readonly Row[];
  readonly licence: string;
  /** As of `publishContribution`. */
  readonly overrides?: readonly ContributionOverride[];
  readonly signer: Signer;
  readonly onStep: (step: PublishStep) => void;
}

/** Of the contributions to one Datanet, those that no other names as its parent, newest first: the parents of the next one. */
function knownHeads(records: readonly ContributionRecord[]): Cid[] {
  const named = new Set(records.flatMap((record) => contributionData(record).header.parents));
  return records
    .filter((record) => !named.has(asCid(record.id)))
    .toSorted((left, right) => right.createdAt - left.createdAt)
    .slice(0, MAX_PARENTS)
    .map((record) => asCid(record.id));
}

/**
 * Stores and signs the rows, announces them, and registers them where there is a chain. Throws errors of storing and
 * signing; a failure after the signature does not undo the publishing, so it is written into the record instead.
 */
export async function publishRows(
  { datanetId, rows, licence, overrides = [], signer: author, onStep }: PublishRowsParameters,
  ports: PublishRowsPorts,
): Promise<ContributionRecord> {
  onStep('store');
  const { blocks } = await ports.node();
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
    overrides,
    parents: knownHeads(await ports.contributionsTo(datanetId)),
    signer,
    blocks,
    timestamp: ports.now(),
    chainId: ports.chainId,
  });
  const data: ContributionData = { header };
  const record: ContributionRecord = {
    id: cid,
    datanetId,
    contributor: author.address.toLowerCase(),
    rows: header.count,
    mine: true,
    state: 'queued',
    createdAt: header.ts,
    data,
  };
  await ports.saveContribution(record);
  onStep('announce');
  const announced = await announceContribution(record, ports);
  if (ports.chain === undefined) return announced;
  onStep('register');
  return registerContribution(announced, ports);
}

/** Announces a contribution, again if need be. A failure is written into the record. */
export async function announceContribution(
  record: ContributionRecord,
  ports: Pick<PublishRowsPorts, 'node' | 'saveContribution'>,
): Promise<ContributionRecord> {
  const { announceError, ...before } = contributionData(record);
  let next: ContributionRecord;
  try {
    const node = await ports.node();
    const outcome = await node.announce({ kind: 'contribution', scope: record.datanetId, cid: asCid(record.id) });
    const state = outcome === 'sent' && record.state === 'queued' ? 'published' : record.state;
    if (state === record.state && announceError === undefined && before.isAnnounced === true) return record;
    next = { ...record, state, data: { ...before, isAnnounced: true } };
  } catch (error) {
    if (isAbort(error)) return record;
    const data: ContributionData = { ...before, announceError: toTributaryError(error).serialize() };
    next = { ...record, data };
  }
  await ports.saveContribution(next);
  return next;
}

/**
 * Registers a contribution on the chain, and before it its Datanet, each unless the chain has it already. One that nobody was told of
 * is announced first: on the chain it would look published. A failure is written into the record.
 */
export async function registerContribution(
  given: ContributionRecord,
  ports: Pick<PublishRowsPorts, 'chain' | 'slugOf' | 'node' | 'saveContribution'>,
): Promise<ContributionRecord> {
  if (ports.chain === undefined) return given;
  const record = isUnannounced(given) ? await announceContribution(given, ports) : given;
  const { registerError: _registerError, ...before } = contributionData(record);
  let next: ContributionRecord;
  try {
    const chain = await ports.chain();
    await ensureGas(chain, record.contributor as Hex);
    const { datanetId } = record;
    const known = await chainDatanetId({ datanetId, slug: ports.slugOf(datanetId), chain });
    const registered =
      known ??
      (await chain.createDatanet({ slug: datanetId.slice(-40), metadataDigest: cidDigest(datanetId) })).datanetId;
    const headerDigest = cidDigest(record.id);
    let { transaction } = before;
    await runStep({
      // By the same contributor: anyone can register the digest of somebody else's header.
      isDone: async () =>
        (await chain.contributions({ datanetId: registered })).some(
          (other) =>
            other.headerDigest.toLowerCase() === headerDigest.toLowerCase() &&
            other.contributor.toLowerCase() === record.contributor,
        ),
      async run() {
        const { hash } = await chain.contribute({
          datanetId: registered,
          rowsRoot: `0x${before.header.rowsRoot}`,
          headerDigest,
          rowCount: before.header.count,
        });
        transaction = hash;
      },
    });
    const data: ContributionData = { ...before, ...(transaction === undefined ? {} : { transaction }) };
    next = { ...record, state: 'registered', data };
  } catch (error) {
    if (isAbort(error)) return record;
    const data: ContributionData = { ...before, registerError: toTributaryError(error).serialize() };
    next = { ...record, data };
  }
  await ports.saveContribution(next);
  return next;
}
