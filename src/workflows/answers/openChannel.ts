// The channel that this browser pays into next, with what the payer's other browsers signed.
import {
  type Address,
  type Channel,
  channelKey,
  type EpochState,
  type Hex,
  joinChannel,
  type SignedVoucher,
} from '../../settlement/index.ts';
import type { PaymentChain, PaymentPorts } from './paymentPorts.ts';

export interface OpenChannelParameters {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: EpochState;
  /** The key of this browser: its own vouchers are no news. */
  readonly signer: string;
  readonly ports: Pick<PaymentPorts, 'chain' | 'deployment' | 'heardVouchers' | 'vouchers'>;
}

/** Those whose signer the payer allows in this epoch, as the escrow decides it: anyone can sign for a channel of somebody else. */
async function allowedByPayer(
  heard: readonly SignedVoucher[],
  chain: Pick<PaymentChain, 'sessionKey'>,
  { startsAt }: EpochState,
): Promise<readonly SignedVoucher[]> {
  const allowed = await Promise.all(
    heard.map(async ({ signer, voucher: { payer } }) => {
      if (signer.toLowerCase() === payer.toLowerCase()) return true;
      return (await chain.sessionKey({ payer, signer })).validUntil >= startsAt;
    }),
  );
  return heard.filter((_, index) => allowed[index] === true);
}

/** The record's id and the channel to count on from; undefined for the first answer. Throws what the chain throws. */
export async function openChannel({ payer, modelId, epoch, signer, ports }: OpenChannelParameters): Promise<{
  readonly id: string;
  readonly channel: Channel | undefined;
  /** Another browser has signed this sum already. */
  readonly isSigned: boolean;
}> {
  const key = { payer, modelId, epoch: epoch.epoch };
  const id = `${ports.deployment.genesisHash}/${channelKey(key)}`.toLowerCase();
  const [stored, heard, chain] = await Promise.all([ports.vouchers.get(id), ports.heardVouchers(key), ports.chain()]);
  const own = stored?.channel as Channel | undefined;
  const others = heard.filter((voucher) => voucher.signer.toLowerCase() !== signer.toLowerCase());
  const [allowed, collected] = await Promise.all([allowedByPayer(others, chain, epoch), chain.collected(key)]);
  const before = own ?? { ...key, cumulative: 0n, receipts: [], own: [] };
  if (allowed.length === 0 && collected <= before.cumulative) return { id, channel: own, isSigned: false };
  // Asked only when the chain collected more than this browser knows of: the list is read from logs.
  const collections = collected <= before.cumulative ? [] : await chain.collections({ epoch: epoch.epoch });
  const collectedRoots = collections
    .filter((collection) => channelKey(collection) === channelKey(key))
    .map(({ receiptsRoot }) => receiptsRoot);
  const channel = joinChannel({ channel: before, heard: allowed, collected, collectedRoots });
  return { id, channel, isSigned: allowed.some(({ voucher }) => voucher.cumulative >= channel.cumulative) };
}
