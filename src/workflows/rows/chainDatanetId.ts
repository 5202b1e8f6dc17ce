// The id of a Datanet on a chain. A configuration names it by slug, a peer by the CID of its description.
import { cidDigest } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Hex, Settlement } from '../../settlement/index.ts';
import { isDescriptionCid } from './datanetDescription.ts';

export interface ChainDatanetIdParameters {
  readonly datanetId: string;
  /** The slug under which the configuration lists the Datanet, if it does. */
  readonly slug: string | undefined;
  readonly chain: Pick<Settlement, 'deployment' | 'datanets'>;
}

/** Undefined where the Datanet is not registered yet. Throws `APP_DATANET_NOT_ON_CHAIN` where it cannot be registered. */
export async function chainDatanetId(parameters: ChainDatanetIdParameters): Promise<Hex | undefined> {
  const { datanetId, chain, slug = datanetId } = parameters;
  if (/^0x[0-9a-f]{64}$/.test(datanetId)) return datanetId as Hex;
  const deployed = chain.deployment.datanets.find((datanet) => datanet.slug === slug);
  if (deployed !== undefined) return deployed.id;
  if (!isDescriptionCid(datanetId)) {
    throw new TributaryError({
      code: 'APP_DATANET_NOT_ON_CHAIN',
      message: 'This Datanet is not registered on the chain, and its id does not tell what it is about.',
      facts: { datanetId },
      hint: 'Your rows are published all the same; contribute to another Datanet to have them on the chain.',
    });
  }
  const digest = cidDigest(datanetId);
  return (await chain.datanets()).find((datanet) => datanet.metadataDigest === digest)?.id;
}
