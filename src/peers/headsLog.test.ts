import { describe, expect, it } from 'vitest';
import type { Cid } from '../lib/units.ts';
import { openHeadsLog } from './headsLog.ts';
import { encodeHead } from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import { memoryState } from './testing/memoryState.ts';
import type { Head, Witness } from './types.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const provider = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const named = (letter: string): string => `${provider.slice(0, -1)}${letter}`;
const head = (scope: string, letter = 'A', kind: Head['kind'] = 'contribution'): Head => ({
  kind,
  scope,
  cid,
  provider: named(letter),
});
const witness = (letter: string, time = 1): Witness => ({
  cid,
  relay: named(letter),
  sequence: 1,
  time,
  signature: Uint8Array.of(1),
});
type Log = Awaited<ReturnType<typeof openHeadsLog>>;
const scopes = (log: Log): string[] => log.all().map(({ scope }) => scope);
const keysOf = async (state: StateStore): Promise<string[]> => (await state.entries()).map(([key]) => key).toSorted();

describe('a list of heads', () => {
  it('knows each once, under numbers that grow, over a restart', async () => {
    const state = memoryState();
    const log = await openHeadsLog({ state });
    expect([await log.add(head('a')), await log.add(head('a', 'B')), await log.add(head('b'))]).toEqual([
      true,
      false,
      true,
    ]);
    expect([log.has(head('a')), log.has(head('c')), log.find(head('a')), log.find(head('c'))]).toEqual([
      true,
      false,
      head('a'),
      undefined,
    ]);
    expect(await keysOf(state)).toEqual(['epoch', 'head/000000000001', 'head/000000000002']);
    const again = await openHeadsLog({ state });
    expect(again.all()).toEqual([head('a'), head('b')]);
    await again.add(head('c'));
    expect((await keysOf(state)).at(-1)).toBe('head/000000000003');
    expect(again.page({ epoch: '', after: 0 }).epoch).toBe(log.page({ epoch: '', after: 0 }).epoch);
    expect((await openHeadsLog({ state: memoryState() })).page({ epoch: '', after: 0 }).epoch).not.toBe(
      log.page({ epoch: '', after: 0 }).epoch,
    );
  });

  it('is read in the order of its numbers, whatever the order of the disk, and without what is no head', async () => {
    const state = memoryState();
    const before = await openHeadsLog({ state });
    for (const scope of ['a', 'b', 'c']) await before.add(head(scope));
    const shuffled: StateStore = {
      ...state,
      entries: async () => [
        ...(await state.entries()).toReversed(),
        ['head/000000000009', Uint8Array.of(0xff)],
        ['own/head/000000000009', encodeHead(head('own'))],
      ],
    };
    const log = await openHeadsLog({ state: shuffled });
    expect(scopes(log)).toEqual(['a', 'b', 'c']);
    await log.add(head('d'));
    expect((await keysOf(state)).at(-1)).toBe('head/000000000004');
  });

  it('forgets what is removed, on disk too, and its room', async () => {
    const state = memoryState();
    const forgotten: string[] = [];
    const parameters = {
      state,
      maxHeads: { contribution: 2 },
      onForgotten: ({ scope }: Head) => void forgotten.push(scope),
    };
    const log = await openHeadsLog(parameters);
    for (const scope of ['a', 'b']) await log.add(head(scope));
    await log.remove(head('a'));
    await log.remove(head('never there'));
    await log.add(head('c'));
    expect([scopes(log), forgotten, await keysOf(state)]).toEqual([
      ['b', 'c'],
      [],
      ['epoch', 'head/000000000002', 'head/000000000003'],
    ]);
    await log.add(head('d'));
    expect([scopes(log), forgotten, await keysOf(state)]).toEqual([
      ['c', 'd'],
      ['b'],
      ['epoch', 'head/000000000003', 'head/000000000004'],
    ]);
  });

  it('is told in pages of two hundred, by the number of the last one known', async () => {
    const log = await openHeadsLog({ state: memoryState() });
    const { epoch } = log.page({ epoch: '', after: 0 });
    expect(log.page({ epoch, after: 7 })).toEqual({ epoch, heads: [], last: 7, more: false });
    for (let index = 1; index <= 201; index += 1) await log.add(head(String(index)));
    const first = log.page({ epoch, after: 0 });
    expect([first.heads.length, first.heads[0]?.scope, first.last, first.more]).toEqual([200, '1', 200, true]);
    expect(log.page({ epoch, after: 200 })).toEqual({ epoch, heads: [head('201')], last: 201, more: false });
    expect(log.page({ epoch, after: 1 })).toMatchObject({ last: 201, more: false });
    // Numbers of another list mean nothing here.
    expect(log.page({ epoch: 'other', after: 200 })).toEqual(first);
  });

  it('has room for each kind by itself', async () => {
    const room = { contribution: 10_000, adapter: 2_000, receipt: 4_000, voucher: 3_000, ledger: 1_000 } as const;
    for (const [kind, most] of Object.entries(room) as [Head['kind'], number][]) {
      const entries = Array.from({ length: most + 1 }, (_, index): readonly [string, Uint8Array] => [
        `head/${String(index + 1).padStart(12, '0')}`,
        encodeHead(head(String(index), 'A', kind)),
      ]);
      const deleted: string[] = [];
      const state = {
        ...memoryState(),
        entries: async () => entries,
        delete: async (key: string) => void deleted.push(key),
      };
      const log = await openHeadsLog({ state });
      expect([log.all().length, deleted]).toEqual([most, ['head/000000000001']]);
    }
  });
});

describe('of a full kind gives way', () => {
  const fill = async (heads: readonly (readonly [Head, string])[], most: number): Promise<string[]> => {
    const log = await openHeadsLog({ state: memoryState(), maxHeads: { contribution: most } });
    for (const [each, place] of heads) await log.add(each, place);
    return scopes(log);
  };

  it('the oldest of whoever has most at the place that has most', async () => {
    expect(
      await fill(
        [
          [head('1', 'A'), 'here'],
          [head('2', 'B'), 'there'],
          [head('3', 'C'), 'there'],
          [head('4', 'C'), 'there'],
          [head('5', 'D'), 'elsewhere'],
        ],
        4,
      ),
    ).toEqual(['1', '2', '4', '5']);
  });

  it('the oldest of all where several have as much', async () => {
    expect(
      await fill(
        [
          [head('1', 'A'), 'here'],
          [head('2', 'B'), 'there'],
          [head('3', 'C'), 'elsewhere'],
        ],
        2,
      ),
    ).toEqual(['2', '3']);
    expect(
      await fill(
        [
          [head('1', 'A'), 'here'],
          [head('2', 'B'), 'here'],
          [head('3', 'A'), 'here'],
          [head('4', 'B'), 'here'],
        ],
        3,
      ),
    ).toEqual(['2', '3', '4']);
  });

  it('nothing of another kind, and as much as is too much', async () => {
    const state = memoryState();
    const before = await openHeadsLog({ state });
    for (const scope of ['1', '2', '3']) await before.add(head(scope));
    await before.add(head('4', 'A', 'adapter'));
    expect(scopes(await openHeadsLog({ state, maxHeads: { contribution: 1, adapter: 1 } }))).toEqual(['3', '4']);
    expect(scopes(await openHeadsLog({ state, maxHeads: { contribution: 0 } }))).toEqual(['4']);
  });
});

describe('a disk that fails', () => {
  it('lists nothing that is not on it, and swallows no failure', async () => {
    const state = memoryState();
    let isBroken = false;
    const guarded = (work: () => Promise<void>): Promise<void> =>
      isBroken ? Promise.reject(new Error('full')) : work();
    const failing: StateStore = {
      ...state,
      put: (key, value) => guarded(() => state.put(key, value)),
      delete: (key) => guarded(() => state.delete(key)),
    };
    const log = await openHeadsLog({ state: failing, maxHeads: { contribution: 2 } });
    await log.add(head('a'));
    isBroken = true;
    await expect(log.add(head('b'))).rejects.toThrow('full');
    expect([scopes(log), log.has(head('b'))]).toEqual([['a'], false]);
    await expect(log.addWitnesses(head('a'), [witness('B')])).rejects.toThrow('full');
    await expect(log.removeWitnesses(head('a'), [])).rejects.toThrow('full');
    await expect(log.remove(head('a'))).rejects.toThrow('full');
    isBroken = false;
    for (const scope of ['b', 'c']) await log.add(head(scope));
    const deletes: StateStore = { ...failing, put: state.put };
    const next = await openHeadsLog({ state: deletes, maxHeads: { contribution: 2 } });
    isBroken = true;
    await expect(next.add(head('d'))).rejects.toThrow('full');
    await expect(openHeadsLog({ state: deletes, maxHeads: { contribution: 1 } })).rejects.toThrow('full');
    await expect(openHeadsLog({ state: { ...failing, entries: async () => [] } })).rejects.toThrow('full');
    await expect(
      openHeadsLog({ state: { ...state, entries: () => Promise.reject(new Error('gone')) } }),
    ).rejects.toThrow('gone');
  });

  it('takes back what it could not store, and not what was listed again meanwhile', async () => {
    const state = memoryState();
    const first = Promise.withResolvers<void>();
    let calls = 0;
    const slow: StateStore = {
      ...state,
      put: (key, value) => {
        if (!key.startsWith('head/')) return state.put(key, value);
        calls += 1;
        return calls === 1 ? first.promise : state.put(key, value);
      },
    };
    const log = await openHeadsLog({ state: slow });
    const adding = log.add(head('a'));
    // It is listed from the call on.
    expect(log.has(head('a'))).toBe(true);
    await log.remove(head('a'));
    await log.add(head('a', 'B'));
    first.reject(new Error('full'));
    await expect(adding).rejects.toThrow('full');
    expect(log.all()).toEqual([head('a', 'B')]);
  });
});

describe('witnesses of a head', () => {
  it('are four relays’, the first word of each, on disk', async () => {
    const state = memoryState();
    const log = await openHeadsLog({ state });
    await log.add({ ...head('a'), witnesses: [witness('B')] }, 'here');
    expect(await log.addWitnesses(head('a'), [witness('C'), witness('B', 9)])).toEqual([witness('B'), witness('C')]);
    expect(await log.addWitnesses(head('a'), [witness('C', 9)])).toBeUndefined();
    expect(await log.addWitnesses(head('a'), [])).toBeUndefined();
    expect(await log.addWitnesses(head('never there'), [witness('B')])).toBeUndefined();
    const four = ['B', 'C', 'D', 'E'].map((letter) => witness(letter));
    expect(
      await log.addWitnesses(
        head('a'),
        ['D', 'E', 'F'].map((letter) => witness(letter)),
      ),
    ).toEqual(four);
    expect(await log.addWitnesses(head('a'), [witness('G')])).toBeUndefined();
    expect([log.find(head('a'))?.witnesses, (await openHeadsLog({ state })).all()]).toEqual([
      four,
      [{ ...head('a'), witnesses: four }],
    ]);
  });

  it('that are untrue go, and the last one leaves none', async () => {
    const state = memoryState();
    const log = await openHeadsLog({ state });
    const [one, other] = [witness('B'), witness('C')];
    await log.add({ ...head('a'), witnesses: [one, other] });
    await log.removeWitnesses(head('never there'), [one]);
    await log.removeWitnesses(head('a'), [one]);
    expect([log.all(), (await openHeadsLog({ state })).all()]).toEqual([
      [{ ...head('a'), witnesses: [other] }],
      [{ ...head('a'), witnesses: [other] }],
    ]);
    await log.removeWitnesses(head('a'), [other]);
    expect([log.all(), (await openHeadsLog({ state })).all()]).toEqual([[head('a')], [head('a')]]);
  });

  it('keep the place of their head', async () => {
    const state = memoryState();
    const log = await openHeadsLog({ state });
    await log.add(head('1', 'A'), 'here');
    await log.add(head('2', 'B'), 'there');
    await log.add(head('3', 'C'), 'there');
    await log.addWitnesses(head('1'), [witness('B')]);
    await log.removeWitnesses(head('1'), log.find(head('1'))?.witnesses ?? []);
    expect(scopes(await openHeadsLog({ state, maxHeads: { contribution: 2 } }))).toEqual(['1', '3']);
  });
});
