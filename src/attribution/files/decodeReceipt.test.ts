// A receipt comes from whoever was paid by it: each field is checked, and one receipt has one encoding.
import { decode, encode } from '@ipld/dag-cbor';
import { expect, test } from 'vitest';
import { decodeReceipt } from './decodeReceipt.ts';

const document = {
  v: 1,
  type: 'receipt',
  subject: {
    adapter: 'towns',
    model: `0x${'1'.repeat(64)}`,
    payer: `0x${'2'.repeat(40)}`,
    amount: '1000',
    timestamp: 1_790_000_000,
  },
  index: new Uint8Array(32).fill(1),
  prompt: new Uint8Array(32).fill(2),
  answer: new Uint8Array(32).fill(3),
  answerTokens: 9,
  sketch: { exponent: -7, codes: Uint8Array.of(127, 0, 255, 129) },
  verbatim: [
    [3, 12.5],
    [7, 0.25],
  ],
  shares: [
    [new Uint8Array(20).fill(4), 400_000],
    [new Uint8Array(20).fill(5), 600_000],
  ],
  unattributedPpm: 100_000,
};
const reasonOf = (bytes: Uint8Array): unknown => {
  try {
    return decodeReceipt(bytes);
  } catch (error) {
    const { code, facts } = error as { code?: string; facts?: { reason?: string } };
    return code === 'RECEIPT_INVALID' ? facts?.reason : error;
  }
};

test('a receipt says what it was written with', () => {
  expect(decodeReceipt(encode(document))).toEqual({
    subject: document.subject,
    indexRoot: '01'.repeat(32),
    promptHash: '02'.repeat(32),
    answerHash: '03'.repeat(32),
    answerTokenCount: 9,
    sketch: { exponent: -7, codes: Int8Array.of(127, 0, -1, -127) },
    verbatim: new Map([
      [3, 12.5],
      [7, 0.25],
    ]),
    shares: [
      { account: `0x${'04'.repeat(20)}`, ppm: 400_000 },
      { account: `0x${'05'.repeat(20)}`, ppm: 600_000 },
    ],
    unattributedPpm: 100_000,
  });
});

test('what may be empty is', () => {
  const subject = { ...document.subject, adapter: '', model: '', payer: '', amount: '0', timestamp: 0 };
  const bytes = encode({ ...document, subject, verbatim: [], shares: [], answerTokens: 0, unattributedPpm: 0 });
  expect(decodeReceipt(bytes)).toMatchObject({ subject, shares: [], answerTokenCount: 0 });
});

test('the same receipt in another encoding is refused', () => {
  const bytes = encode(document);
  expect(reasonOf(Uint8Array.of(...bytes, 0xf6))).toMatch(/dag-cbor/);
  // The first of the map's pairs once more at its end, and one pair more in its head.
  const twice = Uint8Array.of((bytes[0] ?? 0) + 1, ...bytes.subarray(1), 0x61, 0x76, 0x01);
  expect(reasonOf(twice)).toMatch(/dag-cbor/);
});

type Document = typeof document & Record<string, unknown>;
test.each<[string, (receipt: Document) => unknown, RegExp]>([
  ['another version', (d) => Object.assign(d, { v: 2 }), /^v /],
  ['another type', (d) => Object.assign(d, { type: 'contribution' }), /^type /],
  ['a long adapter', (d) => Object.assign(d.subject, { adapter: 'a'.repeat(201) }), /^subject\.adapter /],
  ['a model in capitals', (d) => Object.assign(d.subject, { model: `0x${'A'.repeat(64)}` }), /^subject\.model /],
  ['a short payer', (d) => Object.assign(d.subject, { payer: '0x2' }), /^subject\.payer /],
  ['an amount with a zero before it', (d) => Object.assign(d.subject, { amount: '01' }), /^subject\.amount /],
  ['a negative amount', (d) => Object.assign(d.subject, { amount: '-1' }), /^subject\.amount /],
  ['an amount of 79 digits', (d) => Object.assign(d.subject, { amount: '9'.repeat(79) }), /^subject\.amount /],
  ['a time before all', (d) => Object.assign(d.subject, { timestamp: -1 }), /^subject\.timestamp /],
  [
    'a time that no date shows',
    (d) => Object.assign(d.subject, { timestamp: 8_640_000_000_001 }),
    /^subject\.timestamp /,
  ],
  ['a fact more', (d) => Object.assign(d.subject, { extra: 1 }), /^subject\.extra /],
  ['a short root', (d) => Object.assign(d, { index: new Uint8Array(31) }), /^index /],
  ['a long prompt hash', (d) => Object.assign(d, { prompt: new Uint8Array(33) }), /^prompt /],
  ['a text as answer hash', (d) => Object.assign(d, { answer: 'answer' }), /^answer /],
  ['half a token', (d) => Object.assign(d, { answerTokens: 0.5 }), /^answerTokens /],
  ['a large exponent', (d) => Object.assign(d.sketch, { exponent: 401 }), /^sketch\.exponent /],
  ['a code of -128', (d) => d.sketch.codes.fill(128, 0, 1), /^sketch\.codes holds -128$/],
  ['bits of no number', (d) => Object.assign(d, { verbatim: [[3, '12']] }), /^verbatim\.0\.1 /],
  ['no bits', (d) => Object.assign(d, { verbatim: [[3, 0]] }), /^verbatim\.0\.1 /],
  ['bits without a row', (d) => Object.assign(d, { verbatim: [[-1, 2]] }), /^verbatim\.0\.0 /],
  ['rows out of order', (d) => d.verbatim.reverse(), /^verbatim\[1\] is not after the one before it$/],
  ['a row twice', (d) => d.verbatim.splice(1, 0, [3, 1]), /^verbatim\[1\] is not after the one before it$/],
  ['a short address', (d) => Object.assign(d, { shares: [[new Uint8Array(19), 1]] }), /^shares\.0\.0 /],
  ['a share of nothing', (d) => Object.assign(d, { shares: [[new Uint8Array(20), 0]] }), /^shares\.0\.1 /],
  [
    'a share above everything',
    (d) => Object.assign(d, { shares: [[new Uint8Array(20), 1_000_001]] }),
    /^shares\.0\.1 /,
  ],
  ['accounts out of order', (d) => d.shares.reverse(), /^shares\[1\] is not after the one before it$/],
  [
    'an account twice',
    (d) => d.shares.splice(0, 0, d.shares[0] as never),
    /^shares\[1\] is not after the one before it$/,
  ],
  ['more than everything unattributed', (d) => Object.assign(d, { unattributedPpm: 1_000_001 }), /^unattributedPpm /],
  ['a field more', (d) => Object.assign(d, { extra: 1 }), /^extra /],
])('%s is refused', (_, change, reason) => {
  const receipt = decode<Document>(encode(document));
  change(receipt);
  expect(reasonOf(encode(receipt))).toMatch(reason);
});
