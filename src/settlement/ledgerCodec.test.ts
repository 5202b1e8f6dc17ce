// A ledger is what a root on chain stands for, and whoever proposes it writes the bytes: each field is checked, and one ledger
// has one encoding.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { epochLedger } from './epochLedger.ts';
import { decodeLedger, encodeLedger } from './ledgerCodec.ts';
import type { Address, Hex } from './types/hex.ts';
import type { Ledger } from './types/ledger.ts';

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, 'a')}`;
const address = (value: number): Address => `0x${value.toString(16).padStart(40, 'a')}`;
const upper = (hex: Hex): Hex => `0x${hex.slice(2).toUpperCase()}`;
const shares = (...parts: [number, number][]) => parts.map(([account, ppm]) => ({ account: address(account), ppm }));

const previous = epochLedger({
  epoch: 2n,
  receipts: [],
  pools: [{ modelId: word(1), amount: 7n }],
  fallback: () => shares([1, 1_000_000]),
});
const ledger = epochLedger({
  epoch: 3n,
  receipts: [
    { digest: word(11), modelId: word(1), amount: 100n, shares: shares([1, 300_000], [2, 700_000]) },
    { digest: word(12), modelId: word(1), amount: 300n, shares: shares([2, 999_999]) },
    { digest: word(13), modelId: word(2), amount: 5n, shares: [] },
  ],
  pools: [
    { modelId: word(1), amount: 1_000n },
    { modelId: word(2), amount: 10n },
  ],
  fallback: () => shares([1, 400_000], [3, 600_000]),
  previous: { ledger: previous, digest: encodeLedger(previous).digest },
});

const digestOf = (bytes: Uint8Array): Hex => `0x${bytesToHex(sha256(bytes))}`;
/** Whoever proposes a ledger puts the digest of its bytes on the chain. */
const proposed = (text: string): Ledger => {
  const bytes = new TextEncoder().encode(text);
  return decodeLedger({ bytes, digest: digestOf(bytes) });
};
const text = new TextDecoder().decode(encodeLedger(ledger).bytes);
const reasonOf = (damaged: string): unknown => {
  try {
    return proposed(damaged);
  } catch (error) {
    const { code, facts } = error as { code?: string; facts?: { reason?: string } };
    return code === 'LEDGER_MALFORMED' ? facts?.reason : error;
  }
};

test('a ledger comes back as it was, under its digest alone', () => {
  const { bytes, digest } = encodeLedger(ledger);
  expect(decodeLedger({ bytes, digest })).toEqual(ledger);
  expect(decodeLedger({ bytes, digest: upper(digest) })).toEqual(ledger);
  expect(() => decodeLedger({ bytes, digest: word(0) })).toThrow(
    expect.objectContaining({
      code: 'LEDGER_MALFORMED',
      facts: { reason: `its SHA-256 is ${digest}`, digest: word(0) },
    }),
  );
});

describe('one ledger has one encoding', () => {
  const value = JSON.parse(text);
  test.each([
    ['white space', JSON.stringify(value, null, 1)],
    ['white space at its end', `${text}\n`],
    ['a byte-order mark', `\ufeff${text}`],
    ['fields in another order', JSON.stringify(Object.fromEntries(Object.entries(value).reverse()))],
    ['another field', text.replace('{', '{"a":1,')],
    ['another field in a model', text.replace('"modelId"', '"extra":1,"modelId"')],
    ['another field in a receipt', text.replace('"digest"', '"also":1,"digest"')],
    ['a field twice', text.replace('{', '{"v":1,')],
    ['escaped letters', text.replace('tributary', '\\u0074ributary')],
    ['numbers written otherwise', text.replace('300000]', '3e5]')],
  ])('%s: refused', (_, other) => {
    expect(other).not.toBe(text);
    expect(reasonOf(other)).toBe('the same ledger has another encoding');
  });

  test('whatever decodes is encoded as it was', () => {
    type Part = null | boolean | number | string | Part[] | { [key: string]: Part };
    /** Every place of the document, as its keys from the top. */
    const places = (part: Part, at: string[] = []): string[][] =>
      part !== null && typeof part === 'object'
        ? Object.entries(part).flatMap(([key, inner]) => [[...at, key], ...places(inner, [...at, key])])
        : [];
    const damage = fc.oneof(
      fc.constantFrom<Part>(null, '', '0', '1', '-1', '01', '0x', [], {}, 0, 1, -1, 0.5, 1_000_000, true),
      fc.bigInt({ min: 0n, max: 1n << 140n }).map(String),
      fc.constantFrom<Part>(word(1), word(12), upper(word(1)), address(1), address(9), upper(address(2))),
      fc.json().map((json) => JSON.parse(json) as Part),
    );
    let decoded = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...places(value)),
        fc.constantFrom('replaced', 'removed', 'repeated', 'reversed'),
        damage,
        (place, kind, other) => {
          const document = structuredClone(value);
          const key = place.at(-1) as string;
          // biome-ignore lint/suspicious/noExplicitAny: any part of the document.
          const parent = place.slice(0, -1).reduce<any>((part, step) => part[step], document);
          if (kind === 'replaced') parent[key] = other;
          else if (kind === 'reversed' && Array.isArray(parent[key])) parent[key].reverse();
          else if (kind === 'repeated' && Array.isArray(parent)) parent.splice(Number(key), 0, parent[Number(key)]);
          else if (Array.isArray(parent)) parent.splice(Number(key), 1);
          else delete parent[key];
          const damaged = JSON.stringify(document);
          let found: Ledger;
          try {
            found = proposed(damaged);
          } catch (error) {
            expect(error).toMatchObject({ code: 'LEDGER_MALFORMED' });
            return;
          }
          decoded += 1;
          expect(new TextDecoder().decode(encodeLedger(found).bytes)).toBe(damaged);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(decoded).toBeGreaterThan(0);
  });
});

describe('each field is checked', () => {
  type Document = Record<string, unknown> & { accounts: [unknown, unknown][]; models: Record<string, unknown>[] };
  const [first, second] = [address(1), address(2)];
  const many = 1n << 128n;
  const receiptsOf = (document: Document, model = 0) =>
    document.models[model]?.['receipts'] as (Record<string, unknown> & { shares: [unknown, unknown][] })[];
  const receiptOf = (document: Document, number = 0) => receiptsOf(document)[number] ?? { shares: [] };

  test.each<[string, (document: Document) => unknown, string]>([
    ['another type', (d) => (d['type'] = 'tributary-voucher'), 'it has another type or version'],
    ['another version', (d) => (d['v'] = 2), 'it has another type or version'],
    ['a number as epoch', (d) => (d['epoch'] = 3), 'epoch is not an integer'],
    ['a negative epoch', (d) => (d['epoch'] = '-3'), 'epoch is not an integer'],
    ['an epoch with a zero before it', (d) => (d['epoch'] = '03'), 'epoch is not an integer'],
    ['an epoch in hexadecimal', (d) => (d['epoch'] = '0x3'), 'epoch is not an integer'],
    ['an epoch of 65 bits', (d) => (d['epoch'] = String(1n << 64n)), 'epoch is too large'],
    ['no previous ledger named', (d) => delete d['previous'], 'previous is not 32 bytes in lower case'],
    ['a short previous digest', (d) => (d['previous'] = '0xabc'), 'previous is not 32 bytes in lower case'],
    [
      'a previous digest in capitals',
      (d) => (d['previous'] = upper(word(1))),
      'previous is not 32 bytes in lower case',
    ],
    ['an object of accounts', (d) => Object.assign(d, { accounts: {} }), 'accounts is not a list'],
    ['no account', (d) => d.accounts.splice(0), 'accounts is empty'],
    ['an account of three parts', (d) => d.accounts[0]?.push(1), 'accounts[0] is not a pair'],
    ['an account without an amount', (d) => d.accounts[0]?.pop(), 'accounts[0] is not an integer'],
    [
      'an account that is no address',
      (d) => d.accounts.splice(0, 1, ['0x1', '1']),
      'accounts[0] is not 20 bytes in lower case',
    ],
    [
      'an account in capitals',
      (d) => d.accounts.splice(0, 1, [upper(first), '1']),
      'accounts[0] is not 20 bytes in lower case',
    ],
    ['an account with nothing', (d) => d.accounts.splice(0, 1, [first, '0']), 'accounts[0] has nothing'],
    ['too large an account', (d) => d.accounts.splice(0, 1, [first, String(many)]), 'accounts[0] is too large'],
    [
      'accounts that add to too much',
      (d) => d.accounts.splice(0, 2, [first, String(many - 1n)], [second, '1']),
      'accounts add to too much',
    ],
    ['accounts out of order', (d) => d.accounts.reverse(), 'accounts[1] is not after the one before it'],
    ['an account twice', (d) => d.accounts.splice(0, 0, [first, '1']), 'accounts[1] is not after the one before it'],
    ['a list as a model', (d) => Object.assign(d.models, [[]]), 'models[0] is not an object'],
    ['no model', (d) => d.models.splice(0), 'models is empty'],
    ['models out of order', (d) => d.models.reverse(), 'models[1] is not after the one before it'],
    [
      'a model without a name',
      (d) => delete d.models[0]?.['modelId'],
      'models[0].modelId is not 32 bytes in lower case',
    ],
    [
      'a model’s name in capitals',
      (d) => Object.assign(d.models[0] ?? {}, { modelId: upper(word(1)) }),
      'models[0].modelId is not 32 bytes in lower case',
    ],
    ['a pool of null', (d) => Object.assign(d.models[0] ?? {}, { pool: null }), 'models[0].pool is not an integer'],
    [
      'too large a pool',
      (d) => Object.assign(d.models[0] ?? {}, { pool: String(many) }),
      'models[0].pool is too large',
    ],
    ['no fallback', (d) => delete d.models[1]?.['fallback'], 'models[1].fallback is not a list'],
    ['no receipts', (d) => delete d.models[1]?.['receipts'], 'models[1].receipts is not a list'],
    ['receipts out of order', (d) => receiptsOf(d).reverse(), 'models[0].receipts[1] is not after the one before it'],
    ['a receipt of another model', (d) => receiptsOf(d, 1).push(receiptOf(d)), 'models[1].receipts[1] is listed twice'],
    [
      'a receipt without a digest',
      (d) => delete receiptOf(d)['digest'],
      'models[0].receipts[0].digest is not 32 bytes in lower case',
    ],
    [
      'a receipt of a negative amount',
      (d) => (receiptOf(d)['amount'] = '-1'),
      'models[0].receipts[0].amount is not an integer',
    ],
    [
      'a receipt of 40 digits',
      (d) => (receiptOf(d)['amount'] = '1'.padEnd(40, '0')),
      'models[0].receipts[0].amount is not an integer',
    ],
    [
      'shares of null',
      (d) => Object.assign(receiptOf(d), { shares: null }),
      'models[0].receipts[0].shares is not a list',
    ],
    [
      'a share of nothing',
      (d) => receiptOf(d).shares.splice(0, 1, [first, 0]),
      'models[0].receipts[0].shares[0] is not a share',
    ],
    [
      'half a share',
      (d) => receiptOf(d).shares.splice(0, 1, [first, 0.5]),
      'models[0].receipts[0].shares[0] is not a share',
    ],
    [
      'a share as text',
      (d) => receiptOf(d).shares.splice(0, 1, [first, '1']),
      'models[0].receipts[0].shares[0] is not a share',
    ],
    [
      'a share of null',
      (d) => receiptOf(d).shares.splice(0, 1, [first, null]),
      'models[0].receipts[0].shares[0] is not a share',
    ],
    [
      'a share of no address',
      (d) => receiptOf(d).shares.splice(0, 1, [null, 1]),
      'models[0].receipts[0].shares[0] is not 20 bytes in lower case',
    ],
    [
      'shares out of order',
      (d) => receiptOf(d).shares.reverse(),
      'models[0].receipts[0].shares[1] is not after the one before it',
    ],
    [
      'more than everything',
      (d) => receiptOf(d).shares.splice(1, 1, [second, 700_001]),
      'models[0].receipts[0].shares add to more than 1,000,000',
    ],
  ])('%s', (_, change, reason) => {
    const document = JSON.parse(text) as Document;
    change(document);
    expect(reasonOf(JSON.stringify(document))).toBe(reason);
  });

  test.each([
    ['nothing', '', 'it is not JSON'],
    ['half of it', text.slice(0, 100), 'it is not JSON'],
    ['brackets without end', '['.repeat(200_000), 'it is not JSON'],
    ['null', 'null', 'the ledger is not an object'],
    ['a list', '[]', 'the ledger is not an object'],
    ['text', '"ledger"', 'the ledger is not an object'],
  ])('%s is not a ledger', (_, other, reason) => {
    expect(reasonOf(other)).toBe(reason);
  });

  test('text that is not UTF-8 is not a ledger', () => {
    const bytes = Uint8Array.of(0x22, 0xff, 0x22);
    expect(() => decodeLedger({ bytes, digest: digestOf(bytes) })).toThrow(
      expect.objectContaining({
        code: 'LEDGER_MALFORMED',
        facts: { reason: 'it is not JSON', digest: digestOf(bytes) },
      }),
    );
  });

  test('the largest amounts are taken', () => {
    const document = JSON.parse(text) as Document;
    document.accounts.splice(0, Number.POSITIVE_INFINITY, [first, String(many - 1n)]);
    document['epoch'] = String((1n << 64n) - 1n);
    Object.assign(document.models[0] ?? {}, { pool: String(many - 1n) });
    receiptOf(document)['amount'] = String(many - 1n);
    expect(proposed(JSON.stringify(document))).toMatchObject({ epoch: (1n << 64n) - 1n, total: many - 1n });
  });
});

test('two proposers with the same receipts write the same bytes, however they heard of them', () => {
  const parts = { epoch: 3n, pools: [{ modelId: word(1), amount: 1_000n }] };
  const receipt = { digest: word(0xbc), modelId: word(1), amount: 100n };
  const plain = epochLedger({ ...parts, receipts: [{ ...receipt, shares: shares([1, 300_000], [2, 700_000]) }] });
  const other = epochLedger({
    epoch: 3n,
    pools: [{ modelId: upper(word(1)), amount: 1_000n }],
    receipts: [
      {
        digest: upper(receipt.digest),
        modelId: upper(word(1)),
        amount: 100n,
        shares: [...shares([2, 400_000], [3, 0], [1, 300_000]), { account: upper(address(2)), ppm: 300_000 }],
      },
    ],
  });
  expect(other).toEqual(plain);
  expect(decodeLedger(encodeLedger(other))).toEqual(plain);
});

test('a receipt in another letter case is the same receipt', () => {
  const receipt = { digest: word(0xbc), modelId: word(1), amount: 100n, shares: shares([1, 1]) };
  expect(() =>
    epochLedger({
      epoch: 3n,
      pools: [{ modelId: word(1), amount: 1_000n }],
      receipts: [receipt, { ...receipt, digest: upper(receipt.digest) }],
    }),
  ).toThrow(expect.objectContaining({ code: 'LEDGER_RECEIPT_TWICE' }));
});
