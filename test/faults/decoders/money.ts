// What strangers sign about money: receipts, attribution indexes, vouchers, ledgers.
import { createAttributionService } from '../../../src/attribution/createAttributionService.ts';
import { sketchRoot } from '../../../src/attribution/files/sketchRoot.ts';
import { decodeReceipt } from '../../../src/attribution/index.ts';
import { countSketch } from '../../../src/attribution/influence/countSketch.ts';
import { quantize } from '../../../src/attribution/influence/quantize.ts';
import {
  answerIdsOf,
  gradientOf,
  parameterCount,
  sampleWorld,
  seed,
} from '../../../src/attribution/testing/sampleWorld.ts';
import { bytesToHex } from '../../../src/lib/bytes.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import type { CallContext } from '../../../src/lib/rpc.ts';
import {
  createSessionKey,
  type Deployment,
  decodeLedger,
  decodeSignedVoucher,
  encodeLedger,
  encodeSignedVoucher,
  epochLedger,
  type Hex,
  nextVoucher,
  signVoucher,
  verifySignedVoucher,
} from '../../../src/settlement/index.ts';
import type { Decoder, Structure } from './decoder.ts';
import { cbor, json } from './structures.ts';

const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const sketchSize = 64;

const attributed = (async () => {
  const service = createAttributionService();
  const { rows, openRows } = sampleWorld(10, (gradient) => quantize(countSketch(gradient, sketchSize, seed)));
  const index = await service.buildIndex({ rows, parameterCount, seed }, context);
  await service.open({ id: 'sample', index, rows: openRows }, context);
  const answerIds = answerIdsOf(5);
  const attribution = await service.attribute({ id: 'sample', gradient: gradientOf(5, 99), answerIds }, context);
  const subject = {
    adapter: 'a',
    model: `0x${'1'.repeat(64)}`,
    payer: `0x${'2'.repeat(40)}`,
    amount: '1',
    timestamp: 1,
  };
  const asked = { id: 'sample', attribution, subject, prompt: 'p', answer: 'a', answerIds };
  return { service, index, receipt: (await service.createReceipt(asked, context)).bytes, openRows };
})();

type Rows = { count: number; hashes: Uint8Array; exponents: number[]; codes: Uint8Array };
/** An index whose publisher computed the root of what it says. */
const rooted: Structure = {
  parse: cbor.parse,
  write(value, example) {
    const index = value as { trained: Rows; placebo: Rows; sketch: { size: number }; root: unknown };
    const leaves = ({ count, hashes, exponents, codes }: Rows) => ({
      count: Math.min(count, 1_000),
      hashes: new Uint8Array(hashes),
      exponents: Int32Array.from(exponents),
      codes: new Int8Array(codes),
    });
    let root = index?.root;
    try {
      root = sketchRoot(index.sketch.size, leaves(index.trained), leaves(index.placebo));
    } catch {
      // It has none.
    }
    return cbor.write(typeof value === 'object' && value !== null ? { ...value, root } : value, example);
  },
};

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const deployment = {
  chainId: 31337,
  addresses: { inferenceEscrow: '0x00000000000000000000000000000000000000ee' },
} as unknown as Deployment;

const ledgers = (): Uint8Array[] => {
  const modelId = word(1);
  const ada = '0x0000000000000000000000000000000000000ada';
  const receipts = [{ digest: word(9), modelId, amount: 100n, shares: [{ account: ada, ppm: 400_000 } as const] }];
  const fallback = () => [{ account: '0x00000000000000000000000000000000000097ce', ppm: 1_000_000 } as const];
  return [encodeLedger(epochLedger({ epoch: 3n, receipts, pools: [{ modelId, amount: 1_000n }], fallback })).bytes];
};

export const decoders: readonly Decoder[] = [
  {
    name: 'money/receipt',
    structure: cbor,
    examples: async () => [(await attributed).receipt],
    decode: decodeReceipt,
  },
  {
    name: 'money/receipt-check',
    structure: cbor,
    share: 0.05,
    examples: async () => [(await attributed).receipt],
    decode: async (receipt) => {
      const { service } = await attributed;
      const disclosure = { salt: new Uint8Array(32), prompt: 'p', answer: 'a', answerIds: answerIdsOf(5) };
      return service.verifyReceipt({ id: 'sample', receipt, disclosure }, context);
    },
  },
  {
    name: 'money/attribution-index',
    structure: rooted,
    share: 0.05,
    examples: async () => [(await attributed).index],
    async decode(index) {
      const { service, openRows } = await attributed;
      await service.open({ id: 'stranger', index, rows: openRows }, context);
      await service.attribute({ id: 'stranger', gradient: gradientOf(5, 99), answerIds: answerIdsOf(5) }, context);
    },
  },
  {
    name: 'money/voucher',
    structure: json,
    share: 0.3,
    async examples() {
      const key = createSessionKey();
      const payer = '0x00000000000000000000000000000000000000AA';
      const channel = { payer, signer: key.address, modelId: word(1), epoch: 5n } as const;
      const next = nextVoucher({ ...channel, channel: undefined, amount: 10n, receiptDigest: word(100) });
      return [encodeSignedVoucher(await signVoucher({ deployment, ...next, key }))];
    },
    decode: (bytes) => verifySignedVoucher({ deployment, signed: decodeSignedVoucher(bytes) }),
  },
  {
    name: 'money/ledger',
    structure: json,
    share: 0.3,
    examples: async () => ledgers(),
    // Whoever proposes a ledger puts its digest on the chain.
    decode: (bytes) => decodeLedger({ bytes, digest: `0x${bytesToHex(sha256(bytes))}` }),
  },
];
