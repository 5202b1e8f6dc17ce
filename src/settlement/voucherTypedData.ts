// The EIP-712 form of a voucher; must equal contracts/src/types/Voucher.sol and the escrow's domain.
import type { Deployment } from './types/deployment.ts';
import type { Voucher } from './types/voucher.ts';

const TYPES = {
  Voucher: [
    { name: 'payer', type: 'address' },
    { name: 'signer', type: 'address' },
    { name: 'modelId', type: 'bytes32' },
    { name: 'epoch', type: 'uint64' },
    { name: 'cumulative', type: 'uint128' },
    { name: 'count', type: 'uint64' },
    { name: 'receiptsRoot', type: 'bytes32' },
  ],
} as const;

/** The typed data that a wallet or session key signs; a voucher is valid for one escrow on one chain. */
export function voucherTypedData({
  deployment,
  voucher,
}: {
  readonly deployment: Pick<Deployment, 'chainId' | 'addresses'>;
  readonly voucher: Voucher;
}) {
  return {
    domain: {
      name: 'OpenInference',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.addresses.inferenceEscrow,
    },
    types: TYPES,
    primaryType: 'Voucher',
    message: voucher,
  } as const;
}
