import { expect, it } from 'vitest';
import type { Cid } from '../../src/lib/units.ts';
import { memoryState } from '../../src/peers/testing/memoryState.ts';
import { MIN_PIN_BYTES, openPins, PEER_PREFIX, type Pins } from './pins.ts';

const block = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
/** The same bytes under another codec. */
const sameBlock = 'bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const quota = { bytesPerOwner: 16_000, bytesPerPlace: 20_000, bytesInTotal: 100_000 };
const never = new AbortController().signal;

async function pin(pins: Pins, key: string, { owner = 'author', place = 'here', bytes = 0, statement = '' } = {}) {
  const attempt = pins.attempt(place);
  try {
    attempt.use(block);
    attempt.charge(owner, bytes);
    await attempt.pin(key, owner, ...(statement === '' ? [] : [statement]));
  } finally {
    attempt.end();
  }
}

const exceeds = (scope: string, limit: number) => ({ code: 'QUOTA_EXCEEDED', facts: { scope, limit } });

it('bounds what an author, a place and all together have, each to the byte', async () => {
  const pins = await openPins(memoryState(), quota);
  await pin(pins, 'a', { bytes: 16_000 });
  await expect(pin(pins, 'b')).rejects.toMatchObject(exceeds('owner', 16_000));
  // Another author of the same place.
  await pin(pins, 'c', { owner: 'second', bytes: 4_000 });
  await expect(pin(pins, 'd', { owner: 'third' })).rejects.toMatchObject(exceeds('place', 20_000));
  for (const place of ['p', 'q', 'r', 's'])
    for (const half of [1, 2])
      await pin(pins, `${place} ${half}`, { owner: `of ${place} ${half}`, place, bytes: 10_000 });
  await expect(pin(pins, 'e', { owner: 'last', place: 'elsewhere' })).rejects.toMatchObject(exceeds('relay', 100_000));
  expect([pins.count(), pins.bytes()]).toEqual([10, 100_000]);
});

it('gives peers, whose names are free, a part of all that: each, those of one place, and together', async () => {
  const pins = await openPins(memoryState(), quota);
  const peer = (name: string): string => `${PEER_PREFIX}${name}`;
  await expect(pin(pins, 'a', { owner: peer('a'), bytes: 1_001 })).rejects.toMatchObject(exceeds('owner', 1_000));
  const small = await openPins(memoryState(), { ...quota, bytesPerOwner: 32_000 });
  for (const name of ['a', 'b']) await pin(small, name, { owner: peer(name), bytes: 2_000 });
  await expect(pin(small, 'd', { owner: peer('d') })).rejects.toMatchObject(exceeds('place', 5_000));
  for (const place of ['p', 'q', 'r', 's'])
    for (const half of [1, 2])
      await pin(small, `${place} ${half}`, { owner: peer(`${place} ${half}`), place, bytes: 2_000 });
  for (const name of ['t', 'u']) await pin(small, name, { owner: peer(name), place: 't', bytes: 1_900 });
  await expect(pin(small, 'e', { owner: peer('e'), place: 'u', bytes: 2_000 })).rejects.toMatchObject(
    exceeds('relay', 25_000),
  );
  // Authors who sign have room all the same.
  await pin(small, 'rows', { bytes: 16_000 });
});

it('charges the smallest pin something, and gives back what an attempt has not pinned', async () => {
  const pins = await openPins(memoryState(), quota);
  await pin(pins, 'a', { bytes: 5 });
  expect(pins.bytes()).toBe(MIN_PIN_BYTES);
  const attempt = pins.attempt('here');
  attempt.charge('author', 14_000);
  expect(() => pins.attempt('here').requireRoom('author', 2_000)).toThrow();
  attempt.end();
  attempt.end();
  pins.attempt('here').requireRoom('author', 14_000);
  expect(pins.bytes()).toBe(MIN_PIN_BYTES);
});

it('holds a block for every pin and attempt that needs it, under whatever codec it is named', async () => {
  const pins = await openPins(memoryState(), quota);
  const attempt = pins.attempt('here');
  attempt.use(sameBlock);
  attempt.use(sameBlock);
  await pin(pins, 'a', { statement: 'said' });
  expect([pins.holds(block), [...pins.blocks()]]).toEqual([true, [block]]);
  attempt.end();
  expect([pins.holds(sameBlock), pins.findStatement('said')]).toEqual([true, 'a']);
  expect(await pins.remove('a')).toEqual([block]);
  expect([pins.holds(block), pins.findStatement('said'), pins.has('a'), pins.bytes()]).toEqual([
    false,
    undefined,
    false,
    0,
  ]);
  expect(await pins.remove('a')).toEqual([]);
});

it('reads what it stored, and what earlier versions stored, which knew no places', async () => {
  const state = memoryState();
  await pin(await openPins(state, quota), 'a', { bytes: 3_000, statement: 'said' });
  const again = await openPins(state, quota);
  expect([again.keys(), again.bytes(), again.findStatement('said'), again.holds(block)]).toEqual([
    ['a'],
    3_000,
    'a',
    true,
  ]);
  await expect(pin(again, 'b', { owner: 'other', bytes: 17_001 })).rejects.toMatchObject(exceeds('place', 20_000));
  await again.remove('a');
  expect(await state.entries()).toEqual([]);
});

it('lets one attempt after another have a name; whoever does not wait any longer is passed over', async () => {
  const pins = await openPins(memoryState(), quota);
  const order: string[] = [];
  const claim = async (name: string, signal = never) => {
    const attempt = pins.attempt('here');
    await attempt.claim('statement', signal);
    order.push(name);
    return attempt;
  };
  const first = await claim('first');
  const abort = new AbortController();
  const impatient = claim('impatient', abort.signal);
  const second = claim('second');
  await pins.attempt('here').claim('another', never);
  abort.abort(new Error('late'));
  await expect(impatient).rejects.toThrow('late');
  await new Promise((resolve) => setTimeout(resolve));
  expect(order).toEqual(['first']);
  first.end();
  (await second).end();
  (await claim('third')).end();
  expect(order).toEqual(['first', 'second', 'third']);
});
