import { expect, test } from 'vitest';
import { address, createFakeChain, type FakeChain, PROFILE, word } from '../testing/fakeChain.ts';
import { payAnswers } from '../testing/payer.ts';
import { collectVouchers } from './collectVouchers.ts';
import { newestVouchers } from './newestVouchers.ts';
import { openVouchers } from './openVouchers.ts';

const modelId = word(1);
const payer = address(0xa1);
const account = address(0xc0);
const model = { id: modelId, owner: address(0x0e), ownerBps: 2_000 };

async function open(chain: FakeChain, vouchers: Awaited<ReturnType<typeof payAnswers>>) {
  const state = await chain.epoch();
  for (const signed of vouchers) chain.allow(signed);
  return (await openVouchers({ chain, state, vouchers })).map(({ signed, amount }) => [signed.voucher.count, amount]);
}

test('the newest voucher of a channel stands for all of it, in whatever order they came; of equal ones the first', async () => {
  const answers = [1, 2, 3].map((value) => ({ digest: word(value), amount: BigInt(value) }));
  const [first, second, third] = await payAnswers({ payer, modelId, epoch: 4n, answers });
  if (first === undefined || second === undefined || third === undefined) throw new Error('no vouchers');
  const [other] = await payAnswers({ payer, modelId, epoch: 5n, answers });
  if (other === undefined) throw new Error('no voucher');
  expect(newestVouchers([second, third, other, first])).toStrictEqual([third, other]);
  expect(newestVouchers([third, second, first])).toStrictEqual([third]);
  const twin = { ...third, signature: word(0) };
  expect(newestVouchers([third, twin])[0]).toBe(third);
  expect(newestVouchers([twin, third])[0]).toBe(twin);
});

test('a voucher is open from the start of its epoch to the end of its grace', async () => {
  const chain = createFakeChain({ models: [model] });
  const { epoch } = await chain.epoch();
  const answers = [{ digest: word(1), amount: 5n }];
  const running = await payAnswers({ payer, modelId, epoch, answers });
  expect(await open(chain, running)).toStrictEqual([[1n, 5n]]);
  expect(await open(chain, await payAnswers({ payer, modelId, epoch: epoch + 1n, answers }))).toStrictEqual([]);
  chain.advance(PROFILE.epochSeconds + PROFILE.graceSeconds - 1);
  expect(await open(chain, running)).toStrictEqual([[1n, 5n]]);
  chain.advance(1);
  expect(await open(chain, running)).toStrictEqual([]);
});

test('only what was not collected yet is open', async () => {
  const chain = createFakeChain({ models: [model] });
  const { epoch } = await chain.epoch();
  const answers = [1, 2].map((value) => ({ digest: word(value), amount: 10n }));
  const [first, second] = await payAnswers({ payer, modelId, epoch, answers });
  if (first === undefined || second === undefined) throw new Error('no vouchers');
  await chain.collect({ vouchers: [first] });
  expect(await open(chain, [first, second])).toStrictEqual([[2n, 10n]]);
  expect(await open(chain, [first])).toStrictEqual([]);
});

test('only what the payer or a key of the payer signed is open', async () => {
  const chain = createFakeChain({ models: [model], sender: payer });
  const { epoch, startsAt } = await chain.epoch();
  const [honest] = await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 5n }] });
  const [forged] = await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 9n }] });
  if (honest === undefined || forged === undefined) throw new Error('no vouchers');
  const found = async (...vouchers: (typeof honest)[]) =>
    (await openVouchers({ chain, state: await chain.epoch(), vouchers })).map(({ signed }) => signed);
  expect(await found(forged, honest)).toStrictEqual([]);
  await chain.setSessionKey({ signer: honest.voucher.signer, validUntil: startsAt - 1, cap: 10n });
  expect(await found(forged, honest)).toStrictEqual([]);
  // A key that ended within the epoch has signed before.
  await chain.setSessionKey({ signer: honest.voucher.signer, validUntil: startsAt, cap: 10n });
  expect(await found(forged, honest)).toStrictEqual([honest]);
  const own = { ...honest, voucher: { ...honest.voucher, signer: payer } };
  expect(await found(own)).toStrictEqual([own]);
});

test('each key of a payer is owed its own sum, and one that has spent all it may is not offered', async () => {
  const chain = createFakeChain({ models: [model], sender: payer });
  const { epoch } = await chain.epoch();
  const answer = (digest: number, amount: bigint) => ({ digest: word(digest), amount });
  const [one] = await payAnswers({ payer, modelId, epoch, answers: [answer(1, 5n)] });
  const [other] = await payAnswers({ payer, modelId, epoch, answers: [answer(2, 9n)] });
  if (one === undefined || other === undefined) throw new Error('no vouchers');
  chain.setAccount(payer, { escrow: 100n });
  chain.allow(one);
  await chain.setSessionKey({ signer: other.voucher.signer, validUntil: Number.MAX_SAFE_INTEGER, cap: 3n });
  const found = async () => openVouchers({ chain, state: await chain.epoch(), vouchers: [one, other] });
  expect(await found()).toStrictEqual([
    { signed: one, amount: 5n },
    { signed: other, amount: 3n },
  ]);
  expect((await chain.collect({ vouchers: [other] })).total).toBe(3n);
  expect(await found()).toStrictEqual([{ signed: one, amount: 5n }]);
});

test('no more is offered than was prepaid: a voucher of who has nothing would only be refused', async () => {
  const chain = createFakeChain({ models: [model], sender: payer });
  const { epoch } = await chain.epoch();
  const [self] = await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 9n }] });
  if (self === undefined) throw new Error('no voucher');
  // Whoever signs for itself needs no key, and anyone can.
  const own = { ...self, voucher: { ...self.voucher, signer: payer } };
  const found = async () => openVouchers({ chain, state: await chain.epoch(), vouchers: [own] });
  chain.setAccount(payer, { escrow: 0n });
  expect(await found()).toStrictEqual([]);
  chain.setAccount(payer, { escrow: 4n, thawing: 4n });
  expect(await found()).toStrictEqual([{ signed: own, amount: 4n }]);
  chain.setAccount(payer, { escrow: 10n });
  expect(await found()).toStrictEqual([{ signed: own, amount: 9n }]);
});

test('what a payer has is offered once, the largest voucher first', async () => {
  const chain = createFakeChain({ models: [model, { ...model, id: word(2) }] });
  const { epoch } = await chain.epoch();
  const pay = async (from: typeof payer, amount: bigint, of = modelId) => {
    const [signed] = await payAnswers({ payer: from, modelId: of, epoch, answers: [{ digest: word(1), amount }] });
    if (signed === undefined) throw new Error('no voucher');
    chain.allow(signed);
    return signed;
  };
  const [small, large, last, other] = [
    await pay(payer, 5n),
    await pay(payer, 8n),
    await pay(payer, 3n, word(2)),
    await pay(address(0xb2), 6n),
  ];
  chain.setAccount(payer, { escrow: 11n });
  // Eight, six and what is left of eleven; nothing is left for the last.
  const vouchers = [small, last, other, large];
  const open = await openVouchers({ chain, state: await chain.epoch(), vouchers });
  expect(open).toStrictEqual([
    { signed: large, amount: 8n },
    { signed: other, amount: 6n },
    { signed: small, amount: 3n },
  ]);
  const { total, refused } = await collectVouchers({ chain, account, vouchers: open });
  expect([total, refused]).toStrictEqual([17n, []]);
});

test('what a key may still spend is offered once', async () => {
  const chain = createFakeChain({ models: [model, { ...model, id: word(2) }], sender: payer });
  const { epoch } = await chain.epoch();
  const [one] = await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 9n }] });
  if (one === undefined) throw new Error('no voucher');
  const { signer } = one.voucher;
  await chain.setSessionKey({ signer, validUntil: Number.MAX_SAFE_INTEGER, cap: 12n });
  const two = { ...one, voucher: { ...one.voucher, modelId: word(2), cumulative: 7n } };
  expect(await openVouchers({ chain, state: await chain.epoch(), vouchers: [two, one] })).toStrictEqual([
    { signed: one, amount: 9n },
    { signed: two, amount: 3n },
  ]);
});

test.each([
  ['active', 1],
  ['retired', 1],
  ['proposed', 0],
  ['disputed', 0],
  ['rejected', 0],
] as const)('a voucher for a model that is %s is offered %i times', async (status, count) => {
  const chain = createFakeChain({ models: [{ ...model, status }] });
  const { epoch } = await chain.epoch();
  expect(
    await open(chain, await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 5n }] })),
  ).toHaveLength(count);
  const unknown = await payAnswers({ payer, modelId: word(9), epoch, answers: [{ digest: word(1), amount: 5n }] });
  expect(await open(chain, unknown)).toStrictEqual([]);
});

test('a batch takes a hundred vouchers and leaves the others open', async () => {
  const chain = createFakeChain({ models: [model] });
  const { epoch } = await chain.epoch();
  const [signed] = await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 3n }] });
  if (signed === undefined) throw new Error('no voucher');
  const vouchers = Array.from({ length: 101 }, (_, index) => ({
    ...signed,
    voucher: { ...signed.voucher, payer: address(index + 1) },
  }));
  for (const each of vouchers) chain.allow(each);
  const found = async () => openVouchers({ chain, state: await chain.epoch(), vouchers });
  // Of equal amounts the first heard of is the first.
  expect((await found()).map(({ signed: { voucher } }) => voucher.payer)).toStrictEqual(
    vouchers.map(({ voucher }) => voucher.payer),
  );
  const collect = async () => collectVouchers({ chain, account, vouchers: await found() });
  expect((await collect()).collected).toHaveLength(100);
  expect((await collect()).collected).toHaveLength(1);
});

test('an account without gas money is given some where there is a faucet', async () => {
  const chain = createFakeChain({ models: [model] });
  const { epoch } = await chain.epoch();
  const vouchers = await payAnswers({ payer, modelId, epoch, answers: [{ digest: word(1), amount: 3n }] });
  chain.setAccount(account, { native: 0n });
  for (const signed of vouchers) chain.allow(signed);
  const state = await chain.epoch();
  await collectVouchers({ chain, account, vouchers: await openVouchers({ chain, state, vouchers }) });
  expect(chain.writes.map(({ name }) => name)).toStrictEqual(['faucet', 'collect']);
});
