import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cid } from '../lib/units.ts';
import { type Datable, orderByOwnership } from './ownership.ts';

const relay = (time: number, name = 'relay'): Pick<Datable, 'witnesses'> => ({ witnesses: [{ relay: name, time }] });
const chain = (time: number, index: number): Pick<Datable, 'chain'> => ({ chain: { time, index } });

/** Items by name, each a CID; a name may be followed by the names of its parents. */
const item = (names: string, evidence: Partial<Datable> = {}): Datable => {
  const [cid = '', ...parents] = names.split(' ');
  return { cid: cid as Cid, parents: parents as Cid[], ...evidence };
};
const order = (...items: Datable[]): string =>
  orderByOwnership(items)
    .map(({ cid }) => cid)
    .join(' ');

it('puts the chain first, then witnesses by time, then what nobody has seen', () => {
  expect(order(item('a'), item('b', relay(10)), item('c', chain(90, 4)), item('d', relay(5)))).toBe('c d b a');
  expect(order(item('a', chain(90, 4)), item('b', chain(90, 3)), item('c', chain(80, 9)))).toBe('c b a');
});

it('counts the earliest of several witnesses, and of equal times the smaller name of a relay', () => {
  const many = {
    witnesses: [
      { relay: 'x', time: 9 },
      { relay: 'y', time: 3 },
    ],
  };
  expect(order(item('a', relay(4)), item('b', many))).toBe('b a');
  expect(order(item('a', relay(4, 'z')), item('b', relay(4, 'y')))).toBe('b a');
  expect(order(item('b', relay(4)), item('a', relay(4)))).toBe('a b');
});

it('takes a descendant as proof that its ancestors were there before it', () => {
  // The copier's "a" was witnessed before the original "o" was, but after "n", which names "o" as its parent.
  expect(order(item('a', relay(20)), item('o', relay(30)), item('n o', relay(10)))).toBe('o n a');
  expect(order(item('a', relay(20)), item('p'), item('o p'), item('n o', relay(10)))).toBe('p o n a');
  expect(order(item('a', chain(5, 0)), item('n o', chain(4, 1)), item('o', relay(1)))).toBe('o n a');
});

it('what one registered descendant dates to the same block goes by its witnesses', () => {
  // "n" names the copy "a" and the original "o", as everybody does who publishes after both.
  const copy = item('a', relay(20));
  expect(order(copy, item('o', relay(10)), item('n a o', chain(90, 4)))).toBe('o a n');
  expect(order(copy, item('o'), item('p o', relay(10)), item('n a p', chain(90, 4)))).toBe('o p a n');
  expect(order(item('a'), item('o', relay(10)), item('n a o', chain(90, 4)))).toBe('o a n');
});

it('who names others as parents gains nothing by it', () => {
  expect(order(item('thief o', relay(20)), item('o', relay(10)))).toBe('o thief');
  expect(order(item('thief o'), item('o'), item('z'))).toBe('o thief z');
  expect(order(item('b c', relay(10)), item('c b', relay(20)), item('a'))).toMatch(/ a$/);
});

it('is one order of the same items, however they are given, with each after its ancestors', () => {
  const arbitrary = fc.array(
    fc.record({
      parents: fc.array(fc.nat(11), { maxLength: 3 }),
      chain: fc.option(fc.record({ time: fc.nat(3), index: fc.nat(3) }), { nil: undefined }),
      time: fc.option(fc.nat(4), { nil: undefined }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(arbitrary, fc.nat(), (drawn, seed) => {
      const items = drawn.map(({ parents, chain: registered, time }, index) =>
        // Parents are older, so that there is no circle.
        item(
          [index, ...parents.filter((parent) => parent < index)].map((number) => `c${(number * 7) % 12}`).join(' '),
          {
            ...(registered === undefined ? {} : { chain: registered }),
            ...(time === undefined ? {} : relay(time)),
          },
        ),
      );
      const ordered = orderByOwnership(items);
      const shuffled = items.map((each, index) => ({ each, key: (index * 31 + seed) % 13 }));
      shuffled.sort((one, other) => one.key - other.key);
      expect(orderByOwnership(shuffled.map(({ each }) => each))).toEqual(ordered);
      const places = new Map(ordered.map(({ cid }, place) => [cid, place]));
      for (const { cid, parents } of ordered)
        for (const parent of parents) expect(places.get(parent) ?? -1).toBeLessThan(places.get(cid) as number);
      expect(ordered).toHaveLength(items.length);
    }),
  );
});

it('ends with a chain of parents as long as a Datanet is large', () => {
  const long = Array.from({ length: 10_000 }, (_, index) => item(index === 0 ? 'c0' : `c${index} c${index - 1}`));
  expect(orderByOwnership(long.toReversed()).map(({ cid }) => cid)).toEqual(long.map(({ cid }) => cid));
});
