// The whole path on a made-up world: sketches, index bytes, opening, attribution, receipt, check, and what is refused.
import { decode, encode } from '@ipld/dag-cbor';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesToHex } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import { connect, expose, type Remote } from '../lib/rpc.ts';
import { type AttributionService, createAttributionService } from './index.ts';
import { countSketch } from './influence/countSketch.ts';
import { quantize } from './influence/quantize.ts';
import {
  accounts,
  answerIdsOf,
  expectedIndexDigest,
  expectedShares,
  gradientOf,
  noise,
  parameterCount,
  sampleWorld,
  seed,
  sketchSize,
} from './testing/sampleWorld.ts';

const id = 'sample';
const facts = 60;
const { rows, openRows } = sampleWorld(facts, (gradient) => quantize(countSketch(gradient, sketchSize, seed)));
const subject = {
  adapter: 'sample',
  model: '',
  payer: accounts[0],
  amount: '1000000000000000000',
  timestamp: 1_790_000_000,
};

let service: Remote<AttributionService>;
let index: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  const { port1, port2 } = new MessageChannel();
  expose(createAttributionService(), port1);
  service = connect<AttributionService>(port2);
  index = await service.buildIndex({ rows, parameterCount, seed });
  await service.open({ id, index, rows: openRows });
  return () => {
    port1.close();
    port2.close();
  };
});

const ask = (fact: number) => service.attribute({ id, gradient: gradientOf(fact, 99), answerIds: answerIdsOf(fact) });

describe('attribution', () => {
  test('names the rows of the fact that was asked for, and pays their contributor', async () => {
    for (const fact of [0, 17, 25, 41]) {
      const found = await ask(fact);
      expect(found.rows.slice(0, 3).map(({ row }) => Math.floor(row / 3))).toEqual([fact, fact, fact]);
      expect(
        found.rows.slice(0, 3).every(({ influential, influence }) => influential && influence > found.threshold),
      ).toBe(true);
      const owner = accounts[Math.floor((3 * fact) / facts)] as string;
      const paid = found.contributors.toSorted((one, other) => other.ppm - one.ppm)[0];
      expect(paid?.account).toBe(owner);
      expect(found.unattributedPpm).toBe(0);
    }
  });

  test('shares add to a million and stand in the order of addresses', async () => {
    const { contributors } = await ask(30);
    expect(contributors).toEqual(expectedShares);
    expect(contributors.reduce((sum, { ppm }) => sum + ppm, 0)).toBe(1_000_000);
    expect(contributors.map(({ account }) => account)).toEqual(contributors.map(({ account }) => account).toSorted());
  });

  test('what evidence backs, and of whom, adds up with what nothing backs', async () => {
    // Half of it a gradient of another fact: some of the influence is chance.
    for (const fact of [12, 30]) {
      const gradient = gradientOf(fact, 99).map((value, at) => value * (at % 2));
      const {
        evidence,
        rows: shown,
        contributors,
        unattributedPpm,
      } = await service.attribute({
        id,
        gradient,
        answerIds: [],
      });
      expect(evidence.reduce((sum, { ppm }) => sum + ppm, unattributedPpm)).toBe(1_000_000);
      for (const { account, ppm } of evidence) {
        const parts = shown.filter((row) => row.account === account).reduce((sum, row) => sum + row.ppm, 0);
        expect(Math.abs(parts - ppm)).toBeLessThan(60);
        expect(ppm).toBeLessThanOrEqual((contributors.find((paid) => paid.account === account)?.ppm ?? 0) + 1);
      }
    }
    const nothing = await service.attribute({ id, gradient: new Float32Array(parameterCount), answerIds: [] });
    expect(nothing.evidence).toEqual([]);
  });

  test('the parts of the rows add up to the shares of their contributors', async () => {
    const { rows: shown, contributors, influentialCount } = await ask(30);
    expect(influentialCount).toBeLessThanOrEqual(50);
    for (const { account, ppm } of contributors) {
      const parts = shown.filter((row) => row.account === account).reduce((sum, row) => sum + row.ppm, 0);
      expect(Math.abs(parts - ppm)).toBeLessThan(60);
    }
  });

  test('marks the verbatim span with its rows, and gives no span to an answer of its own words', async () => {
    const found = await ask(12);
    expect(found.spans).toHaveLength(1);
    expect(found.spans[0]).toMatchObject({ start: 0, end: 9, rows: [36, 37, 38] });
    expect(found.rows[0]?.verbatimBits).toBeCloseTo((found.spans[0]?.bits ?? 0) / 3, 10);
    const other = await service.attribute({ id, gradient: gradientOf(12, 99), answerIds: [1, 2, 3, 999] });
    expect(other.spans).toEqual([]);
  });

  test('pays accepted rows and says unattributed when nothing stands out', async () => {
    const found = await service.attribute({ id, gradient: new Float32Array(parameterCount), answerIds: [] });
    expect(found.influentialCount).toBe(0);
    expect(found.unattributedPpm).toBe(1_000_000);
    // 54 trained facts: 20, 20 and 14 of the three contributors, three rows each.
    expect(found.contributors).toEqual([
      { account: accounts[1], ppm: 370_371 },
      { account: accounts[2], ppm: 259_259 },
      { account: accounts[0], ppm: 370_370 },
    ]);
    expect(found.rows).toHaveLength(5);
    expect(found.rows.every(({ influential, ppm }) => !influential && ppm === 0)).toBe(true);
  });

  test('an answer about none of the facts stays mostly below the threshold', async () => {
    const found = await service.attribute({ id, gradient: noise(parameterCount, 3), answerIds: [] });
    expect(found.influentialCount).toBeLessThan(0.2 * 54 * 3);
  });

  test('attributes little of an answer about nothing in the Datanet, and most of one about a fact', async () => {
    const many = sampleWorld(300, (gradient) => quantize(countSketch(gradient, sketchSize, seed)));
    const bytes = await service.buildIndex({ rows: many.rows, parameterCount, seed });
    await service.open({ id: 'many', index: bytes, rows: many.openRows });
    const nothing = await service.attribute({ id: 'many', gradient: noise(parameterCount, 3), answerIds: [] });
    expect(nothing.unattributedPpm).toBeGreaterThan(500_000);
    expect(nothing.contributors.reduce((sum, { ppm }) => sum + ppm, 0)).toBe(1_000_000);
    const fact = await service.attribute({ id: 'many', gradient: gradientOf(100, 99), answerIds: answerIdsOf(100) });
    expect(fact.unattributedPpm).toBeLessThan(250_000);
    expect(fact.unattributedPpm).toBeGreaterThan(0);
    const listed = fact.rows.reduce((sum, { ppm }) => sum + ppm, 0);
    expect(Math.abs(listed + fact.unattributedPpm - 1_000_000)).toBeLessThan(60);
    await service.close({ id: 'many' });
  });

  test('pays a copied row once, to whoever registered it first', async () => {
    const copies = rows.slice(0, 30).map((row) => ({ ...row, account: accounts[2], contribution: 'copies' }));
    const bytes = await service.buildIndex({ rows: [...rows, ...copies], parameterCount, seed });
    await service.open({ id: 'copied', index: bytes, rows: openRows });
    const found = await service.attribute({ id: 'copied', gradient: gradientOf(3, 99), answerIds: answerIdsOf(3) });
    expect(found.contributors.find(({ account }) => account === accounts[2])?.ppm ?? 0).toBeLessThan(50_000);
    expect(found.rows.filter(({ row }) => row >= rows.length).every(({ ppm }) => ppm === 0)).toBe(true);
    await service.close({ id: 'copied' });
  });

  test('refuses a gradient of another adapter and a name that was never opened', async () => {
    await expect(service.attribute({ id, gradient: new Float32Array(3), answerIds: [] })).rejects.toMatchObject({
      code: 'ATTRIBUTION_GRADIENT_SHAPE',
      facts: { length: 3, expected: parameterCount },
    });
    await expect(
      service.attribute({ id: 'other', gradient: new Float32Array(3), answerIds: [] }),
    ).rejects.toMatchObject({
      code: 'ATTRIBUTION_NOT_OPEN',
    });
    const broken = new Float32Array(parameterCount).fill(Number.NaN);
    await expect(service.attribute({ id, gradient: broken, answerIds: [] })).rejects.toMatchObject({
      code: 'SKETCH_NOT_FINITE',
    });
  });
});

describe('index', () => {
  test('is the same bytes for the same rows, and tells what it is', async () => {
    expect(await service.buildIndex({ rows, parameterCount, seed })).toEqual(index);
    expect(bytesToHex(sha256(index))).toBe(expectedIndexDigest);
    const summary = await service.open({ id: 'again', index, rows: [] });
    expect(summary).toMatchObject({
      rowCount: 162,
      placeboCount: 18,
      contributorCount: 3,
      sketchSize,
      missingTexts: 162,
      evaluation: null,
      adapterHash: null,
    });
    await service.close({ id: 'again' });
  });

  test.each([
    ['a changed code', (document: Document) => document.trained.codes.fill(1, 0, 1)],
    ['a code of -128', (document: Document) => document.trained.codes.fill(128, 0, 1)],
    ['a changed hash', (document: Document) => document.trained.hashes.fill(1, 0, 1)],
    ['an owner that does not exist', (document: Document) => document.trained.owners.fill(3, 0, 1)],
    ['a missing exponent', (document: Document) => document.trained.exponents.pop()],
    ['a class that is no first row', (document: Document) => document.trained.classes.splice(1, 2, 0, 1)],
    ['addresses out of order', (document: Document) => document.accounts.reverse()],
    ['an unknown field', (document: Document) => Object.assign(document, { extra: 1 })],
    ['no damping', (document: Document) => Object.assign(document, { damping: 0 })],
  ])('with %s is refused', async (_, change) => {
    const document = decode<Document>(index);
    change(document);
    await expect(service.open({ id: 'bad', index: encode(document), rows: [] })).rejects.toMatchObject({
      code: 'INDEX_INVALID',
    });
  });

  test('bytes that are no dag-cbor are refused with a reason', async () => {
    await expect(service.open({ id: 'bad', index: index.slice(0, 1000), rows: [] })).rejects.toMatchObject({
      code: 'INDEX_INVALID',
      facts: { place: 'dag-cbor' },
    });
  });

  test('an address in any letter case is one account', async () => {
    const account = `0x${'ab'.repeat(20)}`;
    const some = rows.slice(0, 6).map((row, number) => ({
      ...row,
      account: number % 2 === 0 ? account : `0x${account.slice(2).toUpperCase()}`,
    }));
    const bytes = await service.buildIndex({ rows: some, parameterCount, seed });
    expect(await service.open({ id: 'cases', index: bytes, rows: [] })).toMatchObject({ contributorCount: 1 });
    const found = await service.attribute({ id: 'cases', gradient: gradientOf(0, 99), answerIds: [] });
    expect(found.contributors).toEqual([{ account, ppm: 1_000_000 }]);
    await service.close({ id: 'cases' });
  });

  test('rows without a trained one, with a wrong address or of different sizes are refused', async () => {
    const [row] = rows;
    if (row === undefined) throw new Error('no rows');
    const build = (...wrong: (typeof row)[]) => service.buildIndex({ rows: wrong, parameterCount });
    await expect(build({ ...row, placebo: true })).rejects.toMatchObject({ code: 'INDEX_ROWS_INVALID' });
    await expect(build({ ...row, account: 'me' })).rejects.toMatchObject({
      code: 'INDEX_ROWS_INVALID',
      facts: { account: 'me' },
    });
    await expect(build(row, { ...row, sketch: { codes: new Int8Array(3), exponent: 0 } })).rejects.toMatchObject({
      code: 'INDEX_ROWS_INVALID',
    });
    await expect(build({ ...row, sketch: { codes: new Int8Array(8), exponent: 0 } })).rejects.toMatchObject({
      code: 'INDEX_DEGENERATE',
    });
  });
});

interface Document {
  trained: { codes: Uint8Array; hashes: Uint8Array; owners: number[]; exponents: number[]; classes: number[] };
  accounts: Uint8Array[];
}

interface ReceiptBytes {
  shares: [Uint8Array, number][];
  sketch: { codes: Uint8Array; exponent: number };
  verbatim: [number, number][];
  unattributedPpm: number;
  index: Uint8Array;
}

describe('receipt', () => {
  const prompt = 'Question 99 about 8?';
  const answer = 'Answer 8.';
  const answerIds = answerIdsOf(8);

  async function make() {
    const attribution = await service.attribute({ id, gradient: gradientOf(8, 99), answerIds });
    return { attribution, ...(await service.createReceipt({ id, attribution, subject, prompt, answer, answerIds })) };
  }

  test('is verified by anyone with the index, and with the texts by the parties', async () => {
    const { bytes, salt, attribution, digest } = await make();
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const found = await service.verifyReceipt({ id, receipt: bytes });
    expect(found).toMatchObject({ valid: true, problems: [], checked: ['index', 'influence', 'shares'] });
    expect(found.receipt).toMatchObject({
      subject,
      shares: attribution.contributors,
      unattributedPpm: 0,
      answerTokenCount: 9,
    });
    const disclosure = { salt, prompt, answer, answerIds };
    expect(await service.verifyReceipt({ id, receipt: bytes, disclosure })).toMatchObject({
      valid: true,
      checked: ['index', 'influence', 'shares', 'texts', 'verbatim'],
    });
  });

  test('holds neither prompt nor answer, and two of the same answer have nothing in common but the evidence', async () => {
    const [one, other] = [await make(), await make()];
    const text = new TextDecoder('latin1').decode(one.bytes);
    expect(text).not.toContain('Question');
    expect(text).not.toContain('Answer 8');
    const decoded = await service.decodeReceipt({ receipt: one.bytes });
    const again = await service.decodeReceipt({ receipt: other.bytes });
    expect(decoded.promptHash).not.toBe(again.promptHash);
    expect(decoded.shares).toEqual(again.shares);
  });

  test.each([
    [
      'a share moved',
      (receipt: ReceiptBytes) =>
        receipt.shares.forEach((share, n) => {
          share[1] += n === 0 ? 1 : n === 1 ? -1 : 0;
        }),
      /shares/,
    ],
    ['the sketch replaced', (receipt: ReceiptBytes) => receipt.sketch.codes.reverse(), /shares/],
    [
      'a coordinate dropped',
      (receipt: ReceiptBytes) => Object.assign(receipt.sketch, { codes: receipt.sketch.codes.slice(1) }),
      /^The sketch has 511 coordinates instead of 512.$/,
      ['index'],
    ],
    [
      'verbatim bits given to another row',
      (receipt: ReceiptBytes) => Object.assign(receipt, { verbatim: [[100, 50]] }),
      /shares/,
    ],
    [
      'verbatim bits given to no row',
      (receipt: ReceiptBytes) => Object.assign(receipt, { verbatim: [[1000, 50]] }),
      /^Row 1000 is not in the index.$/,
      ['index'],
    ],
    [
      'verbatim bits given to the row after the last',
      (receipt: ReceiptBytes) => Object.assign(receipt, { verbatim: [[162, 50]] }),
      /^Row 162 is not in the index.$/,
      ['index'],
    ],
    [
      'the unattributed part changed',
      (receipt: ReceiptBytes) => Object.assign(receipt, { unattributedPpm: 5 }),
      /unattributed/,
    ],
    [
      'another index',
      (receipt: ReceiptBytes) => receipt.index.fill(0),
      /^The receipt names another index.$/,
      ['index'],
    ],
  ] as [string, (receipt: ReceiptBytes) => unknown, RegExp, string[]?][])(
    'with %s is not valid',
    async (_, change, problem, checked = ['index', 'influence', 'shares']) => {
      const document = decode<ReceiptBytes>((await make()).bytes);
      change(document);
      const found = await service.verifyReceipt({ id, receipt: encode(document) });
      expect(found.valid).toBe(false);
      expect(found.problems.join(' ')).toMatch(problem);
      // What cannot be compared is not said to have been.
      expect(found.checked).toEqual(checked);
    },
  );

  test('disclosed texts that are not the ones of the receipt are told apart', async () => {
    const { bytes, salt } = await make();
    const disclosure = { salt, prompt: 'Another?', answer: 'Answer 9.', answerIds: answerIdsOf(9) };
    const { problems } = await service.verifyReceipt({ id, receipt: bytes, disclosure });
    expect(problems).toHaveLength(3);
    const one = async (other: Partial<typeof disclosure>) =>
      (await service.verifyReceipt({ id, receipt: bytes, disclosure: { salt, prompt, answer, answerIds, ...other } }))
        .problems;
    expect(await one({ prompt: 'Another?' })).toEqual(['The prompt is not the one of the receipt.']);
    expect(await one({ answer: 'Answer 9.' })).toEqual(['The answer is not the one of the receipt.']);
    // Of other tokens the same spans are found.
    expect(await one({ answerIds: [...answerIds, 77_777] })).toEqual(['The answer is not the one of the receipt.']);
    expect(await one({ salt: new Uint8Array(32) })).toHaveLength(2);
  });

  test('bytes that are no receipt are refused', async () => {
    await expect(service.verifyReceipt({ id, receipt: new Uint8Array([1, 2]) })).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
    });
    await expect(service.verifyReceipt({ id, receipt: encode({ v: 1 }) })).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
    });
    const attribution = await ask(8);
    // A time that no screen can show is none.
    for (const wrong of [{ amount: '1.5' }, { timestamp: 8_640_000_000_001 }]) {
      await expect(
        service.createReceipt({ id, attribution, subject: { ...subject, ...wrong }, prompt, answer, answerIds }),
      ).rejects.toMatchObject({ code: 'RECEIPT_INVALID' });
    }
    expect(() => new Date(1_000 * 8_640_000_000_000).toISOString()).not.toThrow();
  });
});
