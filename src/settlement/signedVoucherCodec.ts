// Signed vouchers as bytes, to be announced to whoever collects: canonical JSON, amounts as decimal text, addresses with their
// checksum, other hexadecimal in lower case. One voucher has one encoding.
import { getAddress, isAddress, recoverTypedDataAddress } from 'viem';
import { canonicalJson } from '../lib/canonicalJson.ts';
import { canonicalSignature, isCanonicalSignature } from '../lib/canonicalSignature.ts';
import { TributaryError } from '../lib/errors.ts';
import { receiptsRoot } from './receiptsRoot.ts';
import type { Deployment } from './types/deployment.ts';
import type { Address, Hex } from './types/hex.ts';
import type { SignedVoucher } from './types/voucher.ts';
import { voucherTypedData } from './voucherTypedData.ts';

const TYPE = 'tributary-voucher';
/** Vouchers of version 1 did not sign who signs them. */
const VERSION = 2;

export function encodeSignedVoucher({ voucher, signature, receipts }: SignedVoucher): Uint8Array<ArrayBuffer> {
  const text = canonicalJson({
    type: TYPE,
    v: VERSION,
    payer: getAddress(voucher.payer),
    modelId: voucher.modelId.toLowerCase(),
    epoch: voucher.epoch.toString(),
    cumulative: voucher.cumulative.toString(),
    receiptsRoot: voucher.receiptsRoot.toLowerCase(),
    signer: getAddress(voucher.signer),
    signature: canonicalSignature(signature),
    receipts: receipts.map((digest) => digest.toLowerCase()),
  });
  return new TextEncoder().encode(text);
}

function malformed(field: string, cause?: unknown): never {
  throw new TributaryError({
    code: 'VOUCHER_MALFORMED',
    message: 'These bytes are not a signed voucher.',
    facts: { field },
    hint: 'Ask the payer to announce it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Decodes bytes of `encodeSignedVoucher` from an untrusted sender: checks every field, and the receipts against their root.
 * Throws `VOUCHER_MALFORMED` with the field's name. The signature is checked by `verifySignedVoucher` and on chain.
 */
export function decodeSignedVoucher(bytes: Uint8Array): SignedVoucher {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return malformed('bytes', cause);
  }
  if (typeof value !== 'object' || value === null || value['type'] !== TYPE || value['v'] !== VERSION)
    return malformed('type');
  const bytes32 = (field: string, candidate: unknown): Hex =>
    typeof candidate === 'string' && /^0x[0-9a-f]{64}$/.test(candidate) ? (candidate as Hex) : malformed(field);
  const address = (field: string): Address => {
    const candidate = value[field];
    return typeof candidate === 'string' && isAddress(candidate) ? candidate : malformed(field);
  };
  const integer = (field: string, bits: bigint): bigint => {
    const candidate = value[field];
    if (typeof candidate !== 'string' || !/^(0|[1-9][0-9]{0,38})$/.test(candidate)) return malformed(field);
    const number = BigInt(candidate);
    return number < 1n << bits ? number : malformed(field);
  };
  const { receipts, signature } = value;
  if (!Array.isArray(receipts) || receipts.length === 0) return malformed('receipts');
  const digests = receipts.map((digest) => bytes32('receipts', digest));
  const root = bytes32('receiptsRoot', value['receiptsRoot']);
  if (receiptsRoot(digests) !== root) return malformed('receiptsRoot');
  if (typeof signature !== 'string' || !isCanonicalSignature(signature)) return malformed('signature');
  const signed: SignedVoucher = {
    voucher: {
      payer: address('payer'),
      signer: address('signer'),
      modelId: bytes32('modelId', value['modelId']),
      epoch: integer('epoch', 64n),
      cumulative: integer('cumulative', 128n),
      count: BigInt(digests.length),
      receiptsRoot: root,
    },
    signature: signature as Hex,
    receipts: digests,
  };
  const again = encodeSignedVoucher(signed);
  const same = again.byteLength === bytes.byteLength && again.every((byte, index) => byte === bytes[index]);
  return same ? signed : malformed('encoding');
}

/**
 * Whether the signature was made by the signer's key (accounts with a private key; contract accounts are checked on chain
 * only), and has the form that the escrow takes.
 */
export async function verifySignedVoucher({
  deployment,
  signed,
}: {
  readonly deployment: Pick<Deployment, 'chainId' | 'addresses'>;
  readonly signed: SignedVoucher;
}): Promise<boolean> {
  try {
    const { voucher, signature } = signed;
    if (!isCanonicalSignature(signature)) return false;
    const signer = await recoverTypedDataAddress({ ...voucherTypedData({ deployment, voucher }), signature });
    return signer.toLowerCase() === voucher.signer.toLowerCase();
  } catch {
    // A signature that recovers to no address was not made by the signer.
    return false;
  }
}
