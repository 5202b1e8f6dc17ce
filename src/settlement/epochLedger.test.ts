import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { epochLedger, ledgerTree } from './epochLedger.ts';
import { decodeLedger, encodeLedger } from './ledgerCodec.ts';
import { rowCountShares } from './rowCountShares.ts';
import type { Address, Hex } from './types/hex.ts';
import type { LedgerReceipt } from './types/ledger.ts';

const word = (value: number | bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const address = (value: number): Address => `0x${value.toString(16).padStart(40, '0')}`;
const ada = address(0xada);
const grace = address(0x97ace);
const modelId = word(1);

function receipt(digest: number, amount: bigint, shares: [Address, number][], model = modelId): LedgerReceipt {
  return { digest: word(digest), modelId: model, amount, shares: shares.map(([account, ppm]) => ({ account, ppm })) };
}

describe('epochLedger', () => {
  test('weighs receipts by what was paid for them', () => {
    const ledger = epochLedger({
      epoch: 3n,
      receipts: [receipt(1, 100n, [[ada, 1_000_000]]), receipt(2, 300n, [[grace, 1_000_000]])],
      pools: [{ modelId, amount: 1_000n }],
    });
    expect(ledger.accounts).toEqual([
      { account: ada, cumulative: 250n },
      { account: grace, cumulative: 750n },
    ]);
    expect(ledger.total).toBe(1_000n);
    // OpenZeppelin's standard tree; computed once and pinned.
    expect(ledger.root).toBe(ledgerTree(ledger.accounts).root);
  });

  test('gives unattributed parts to the fallback, and shares them out when there is none', () => {
    const receipts = [receipt(1, 100n, [[ada, 400_000]])];
    const pools = [{ modelId, amount: 1_000n }];
    const fallback = () => [
      { account: grace, ppm: 750_000 },
      { account: ada, ppm: 250_000 },
    ];
    expect(epochLedger({ epoch: 0n, receipts, pools, fallback }).accounts).toEqual([
      { account: ada, cumulative: 550n },
      { account: grace, cumulative: 450n },
    ]);
    expect(epochLedger({ epoch: 0n, receipts, pools }).accounts).toEqual([{ account: ada, cumulative: 1_000n }]);
  });

  test('pays a pool without receipts by the fallback, and names a pool that nobody can be paid for', () => {
    const pools = [{ modelId, amount: 10n }];
    const fallback = () => [{ account: grace, ppm: 1_000_000 }];
    expect(epochLedger({ epoch: 0n, receipts: [], pools, fallback }).accounts).toEqual([
      { account: grace, cumulative: 10n },
    ]);
    expect(() => epochLedger({ epoch: 0n, receipts: [], pools })).toThrow(
      expect.objectContaining({ code: 'LEDGER_NO_PAYEE' }),
    );
  });

  test('adds to the previous ledger', () => {
    const pools = [{ modelId, amount: 10n }];
    const first = epochLedger({ epoch: 0n, receipts: [receipt(1, 1n, [[ada, 1_000_000]])], pools });
    const { digest } = encodeLedger(first);
    const previous = { ledger: first, digest };
    const second = epochLedger({
      epoch: 4n,
      receipts: [
        receipt(2, 1n, [
          [ada, 500_000],
          [grace, 500_000],
        ]),
      ],
      pools,
      previous,
    });
    expect(second.accounts).toEqual([
      { account: ada, cumulative: 15n },
      { account: grace, cumulative: 5n },
    ]);
    expect(second.previous).toBe(digest);
  });

  test('treats an address in any letter case as one account', () => {
    const upper = ada.toUpperCase().replace('0X', '0x') as Address;
    const receipts = [receipt(1, 1n, [[ada, 1_000_000]]), receipt(2, 1n, [[upper, 1_000_000]])];
    expect(epochLedger({ epoch: 0n, receipts, pools: [{ modelId, amount: 7n }] }).accounts).toEqual([
      { account: ada, cumulative: 7n },
    ]);
  });

  test('refuses bad shares, repeated receipts and empty epochs', () => {
    const pools = [{ modelId, amount: 10n }];
    const bad: [Address, number][][] = [
      [[ada, 1_000_001]],
      [
        [ada, 600_000],
        [grace, 600_000],
      ],
      [[ada, -1]],
      [[ada, 0.5]],
    ];
    for (const shares of bad) {
      expect(() => epochLedger({ epoch: 0n, receipts: [receipt(1, 1n, shares)], pools })).toThrow(
        expect.objectContaining({ code: 'LEDGER_SHARES' }),
      );
    }
    const twice = [receipt(1, 1n, [[ada, 1]]), receipt(1, 1n, [[ada, 1]])];
    expect(() => epochLedger({ epoch: 0n, receipts: twice, pools })).toThrow(
      expect.objectContaining({ code: 'LEDGER_RECEIPT_TWICE' }),
    );
    expect(() => epochLedger({ epoch: 0n, receipts: [], pools: [] })).toThrow(
      expect.objectContaining({ code: 'LEDGER_EMPTY' }),
    );
  });

  test('every pool is paid out to the wei, in any order of receipts', () => {
    const share = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 160_000 }));
    const entry = fc.record({
      amount: fc.bigInt({ min: 1n, max: 10n ** 24n }),
      model: fc.integer({ min: 1, max: 3 }),
      shares: fc.uniqueArray(share, { minLength: 1, maxLength: 6, selector: ([account]) => account }),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 12 }),
        fc.array(fc.bigInt({ min: 1n, max: 10n ** 24n }), { minLength: 3, maxLength: 3 }),
        (entries, amounts) => {
          const receipts = entries.map(({ amount, model, shares }, index) =>
            receipt(
              index,
              amount,
              shares.map(([account, ppm]): [Address, number] => [address(account), ppm]),
              word(model),
            ),
          );
          const pools = amounts.map((amount, index) => ({ modelId: word(index + 1), amount }));
          const fallback = () => [{ account: address(9), ppm: 1_000_000 }];
          const ledger = epochLedger({ epoch: 0n, receipts, pools, fallback });
          expect(ledger.total).toBe(amounts.reduce((sum, amount) => sum + amount, 0n));
          expect(
            epochLedger({ epoch: 0n, receipts: [...receipts].reverse(), pools: [...pools].reverse(), fallback }).root,
          ).toBe(ledger.root);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('ledger bytes', () => {
  const ledger = epochLedger({
    epoch: 2n,
    receipts: [receipt(1, 100n, [[ada, 1_000_000]]), receipt(2, 300n, [[grace, 999_999]])],
    pools: [{ modelId, amount: 1_000n }],
    fallback: () => [{ account: ada, ppm: 1_000_000 }],
  });

  test('come back as they went', () => {
    expect(decodeLedger(encodeLedger(ledger))).toEqual(ledger);
  });

  test('give the same ledger again from their own contents', () => {
    const { epoch, models, root } = decodeLedger(encodeLedger(ledger));
    const again = epochLedger({
      epoch,
      receipts: models.flatMap(({ receipts }) => receipts),
      pools: models.map(({ modelId: id, pool }) => ({ modelId: id, amount: pool })),
      fallback: (id) => models.find((model) => model.modelId === id)?.fallback ?? [],
    });
    expect(again.root).toBe(root);
  });

  test('are refused when a byte differs', () => {
    const { bytes, digest } = encodeLedger(ledger);
    const damaged = bytes.slice();
    damaged[40] = (damaged[40] ?? 0) ^ 1;
    expect(() => decodeLedger({ bytes: damaged, digest })).toThrow(
      expect.objectContaining({ code: 'LEDGER_MALFORMED' }),
    );
  });
});

describe('rowCountShares', () => {
  test('adds to a million by largest remainder, ties by address', () => {
    const contribution = (contributor: Address, rowCount: number) => ({ contributor, rowCount });
    expect(
      rowCountShares([contribution(address(3), 1), contribution(address(1), 1), contribution(address(2), 1)]),
    ).toEqual([
      { account: address(1), ppm: 333_334 },
      { account: address(2), ppm: 333_333 },
      { account: address(3), ppm: 333_333 },
    ]);
    expect(rowCountShares([contribution(ada, 1), contribution(ada, 2), contribution(grace, 1)])).toEqual([
      { account: ada, ppm: 750_000 },
      { account: grace, ppm: 250_000 },
    ]);
    // The larger remainder goes first, whatever the address.
    expect(rowCountShares([contribution(address(1), 1), contribution(address(2), 2)])).toEqual([
      { account: address(1), ppm: 333_333 },
      { account: address(2), ppm: 666_667 },
    ]);
    expect(rowCountShares([])).toEqual([]);
  });
});
