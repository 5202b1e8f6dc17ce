// What is known of when contributions were there: their registration on the chain, and what trusted relays have witnessed. The page,
// and whatever else shares out rewards, ask this one function.
import { authorAddress, type Contribution, cidDigest, type Evidence } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Witness } from '../../peers/index.ts';
import type { Settlement } from '../../settlement/index.ts';
import { chainDatanetId } from './chainDatanetId.ts';

export type OwnershipChain = Pick<Settlement, 'deployment' | 'datanets' | 'contributions'>;

export interface OwnershipEvidencePorts {
  /** Absent where no chain is configured. */
  readonly chain?: (() => Promise<OwnershipChain>) | undefined;
  /** The slug under which the configuration lists a Datanet. */
  slugOf(datanetId: string): string | undefined;
  /** Stored witnesses of a contribution. A record may have been damaged, or have come with somebody's archive: they are checked here. */
  witnessesOf(cid: string): Promise<readonly Witness[]>;
  /** Whether a witness is what its relay signed. */
  isWitnessTrue(witness: Witness): Promise<boolean>;
  /** Identities of the relays whose word counts: those of the configuration. */
  trustedRelays(): Promise<ReadonlySet<string>>;
}

/** By header digest and author: somebody else can register the digest of a header that is not his. */
const registrationKey = (digest: string, author: string): string => `${digest} ${author}`.toLowerCase();

/** Registrations of one Datanet, the first of each contribution. None where the Datanet cannot be on the chain. */
async function registrations(
  datanetId: string,
  chain: OwnershipChain,
  slug: string | undefined,
): Promise<ReadonlyMap<string, NonNullable<Evidence['chain']>>> {
  const found = new Map<string, NonNullable<Evidence['chain']>>();
  const id = await chainDatanetId({ datanetId, slug, chain }).catch((error: unknown) => {
    if (error instanceof TributaryError && error.code === 'APP_DATANET_NOT_ON_CHAIN') return undefined;
    throw error;
  });
  if (id === undefined) return found;
  for (const { headerDigest, contributor, at, index, status } of await chain.contributions({ datanetId: id })) {
    const key = registrationKey(headerDigest, contributor);
    if (status !== 'rejected' && !found.has(key)) found.set(key, { time: at, index });
  }
  return found;
}

/** What trusted relays have signed of this contribution and of no other. */
async function soundWitnesses(
  cid: string,
  trusted: ReadonlySet<string>,
  { witnessesOf, isWitnessTrue }: OwnershipEvidencePorts,
): Promise<readonly Witness[]> {
  const stored = (await witnessesOf(cid)).filter((witness) => witness.cid === cid && trusted.has(witness.relay));
  const sound = await Promise.all(stored.map(isWitnessTrue));
  return stored.filter((_, index) => sound[index]);
}

/** Evidence by CID; nothing for a contribution of which nothing is known. Throws errors of the ports. */
export async function ownershipEvidence(
  contributions: readonly Contribution[],
  ports: OwnershipEvidencePorts,
): Promise<ReadonlyMap<string, Evidence>> {
  const [trusted, chain] = await Promise.all([ports.trustedRelays(), ports.chain?.()]);
  const registered = new Map<string, ReadonlyMap<string, NonNullable<Evidence['chain']>>>();
  for (const datanetId of new Set(contributions.map(({ header }) => header.datanet))) {
    if (chain !== undefined) registered.set(datanetId, await registrations(datanetId, chain, ports.slugOf(datanetId)));
  }
  const evidence = await Promise.all(
    contributions.map(async ({ cid, header }): Promise<readonly [string, Evidence]> => {
      const key = registrationKey(cidDigest(cid), authorAddress(header.author));
      const place = registered.get(header.datanet)?.get(key);
      const witnesses = await soundWitnesses(cid, trusted, ports);
      return [cid, { ...(place === undefined ? {} : { chain: place }), witnesses }];
    }),
  );
  return new Map(evidence);
}

/** The identities that multiaddrs of relays end in. */
export function relayIdentities(addresses: readonly string[]): ReadonlySet<string> {
  return new Set(addresses.flatMap((address) => /\/p2p\/([^/]+)$/.exec(address)?.[1] ?? []));
}
