// The tables against the canonical chain: whatever is mined, dropped, killed or refused, they end up equal.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventName } from './eventReader.ts';
import { eventScope } from './eventScope.ts';
import type { EventTables } from './eventTables.ts';
import { memoryEventTables } from './memoryEventTables.ts';
import { MAX_RECENT_BLOCKS, syncEvents, TIP_BLOCKS } from './syncEvents.ts';
import { datanetCreated, deployment, type FakeChain, type FakeEvent, fakeChain, funded } from './testing/fakeChain.ts';

const NAMES: readonly EventName[] = ['Funded', 'DatanetCreated'];
const scope = eventScope(deployment);
const empty = (count: number): FakeEvent[][] => Array.from({ length: count }, () => []);

async function expectCanonical(chain: FakeChain, tables: EventTables): Promise<void> {
  for (const name of NAMES) {
    const stored = (await tables.list(scope, name)).map(({ id, blockHash, args }) => ({ id, blockHash, args }));
    expect(stored).toEqual(chain.canonical(name));
  }
}

/** Tables that fail when a record is stored that is there already, and that call `step` before and after each access. */
function observedTables(tables: EventTables, step: () => void): EventTables {
  const observe = async <Value>(access: () => Promise<Value>): Promise<Value> => {
    step();
    const value = await access();
    step();
    return value;
  };
  return {
    blocks: (of) => observe(() => tables.blocks(of)),
    list: (of, name) => tables.list(of, name),
    commit: (change) =>
      observe(async () => {
        const before = (await Promise.all(NAMES.map((name) => tables.list(scope, name)))).flat();
        const ids = new Set(before.filter(({ blockNumber }) => blockNumber <= change.deleteAbove).map(({ id }) => id));
        const applied = await tables.commit(change);
        if (applied) expect(change.records.filter(({ id }) => ids.has(id))).toEqual([]);
        return applied;
      }),
  };
}

const eventArbitrary: fc.Arbitrary<FakeEvent> = fc.oneof(
  fc.record({ epoch: fc.nat(5), amount: fc.nat(1_000) }).map(({ epoch, amount }) => funded(epoch, amount)),
  fc.nat(50).map(datanetCreated),
);
const blocksArbitrary = fc.array(fc.array(eventArbitrary, { maxLength: 3 }), { maxLength: 8 });
const stepArbitrary = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('mine' as const), blocks: blocksArbitrary }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('reorg' as const),
      depth: fc.integer({ min: 1, max: 6 }),
      blocks: blocksArbitrary,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('long' as const), count: fc.integer({ min: 60, max: 140 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deep' as const),
      depth: fc.integer({ min: MAX_RECENT_BLOCKS, max: 2 * MAX_RECENT_BLOCKS }),
      blocks: blocksArbitrary,
    }),
  },
  // Killed at an await, or with the chain reorganised under it at a request.
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('sync' as const), killAt: fc.option(fc.nat(20)) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('disturbed' as const),
      at: fc.nat(6),
      depth: fc.integer({ min: 1, max: 6 }),
      blocks: blocksArbitrary,
    }),
  },
);

describe('syncEvents', () => {
  test('after any mining, reorgs and kills the tables equal the canonical chain, each record stored once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 2, maxLength: 14 }),
        fc.constantFrom(3, 50, 10_000),
        fc.constantFrom(2, 40, Number.POSITIVE_INFINITY),
        async (steps, maxSpan, blocks) => {
          const chain = fakeChain();
          chain.limits.blocks = blocks;
          const stored = memoryEventTables();
          let countdown = Number.POSITIVE_INFINITY;
          const killed = new Error('killed');
          const step = (): void => {
            if (countdown === 0) throw killed;
            countdown -= 1;
          };
          const tables = observedTables(stored, step);
          const sync = () => syncEvents({ rpc: chain.rpc, deployment, tables, maxSpan });
          for (const action of steps) {
            if (action.kind === 'mine') chain.mine(...action.blocks);
            else if (action.kind === 'long') chain.mine(...empty(action.count));
            else if (action.kind === 'reorg' || action.kind === 'deep') chain.reorg(action.depth, action.blocks);
            else if (action.kind === 'sync') {
              countdown = action.killAt ?? Number.POSITIVE_INFINITY;
              chain.onRequest = step;
              await sync().catch((error: unknown) => {
                if (countdown > 0) throw error;
              });
            } else {
              let request = 0;
              chain.onRequest = () => {
                if (request === action.at) chain.reorg(action.depth, action.blocks);
                request += 1;
              };
              await sync();
            }
            countdown = Number.POSITIVE_INFINITY;
            chain.onRequest = undefined;
          }
          await sync();
          await expectCanonical(chain, stored);
          const recent = await stored.blocks(scope);
          expect(recent.at(-1)?.number).toBe(chain.head() < deployment.fromBlock ? undefined : chain.head());
          expect(recent.length).toBeLessThanOrEqual(MAX_RECENT_BLOCKS);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('two tabs that sync the same tables at once leave them whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        blocksArbitrary,
        fc.integer({ min: 1, max: 6 }),
        blocksArbitrary,
        async (first, depth, second) => {
          const chain = fakeChain();
          const tables = memoryEventTables();
          const sync = (maxSpan: number) => syncEvents({ rpc: chain.rpc, deployment, tables, maxSpan });
          chain.mine(...first);
          await Promise.all([sync(2), sync(3)]);
          chain.reorg(depth, second);
          await Promise.all([sync(3), sync(10_000), sync(1)]);
          await expectCanonical(chain, tables);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a sync that another tab overtook goes on from where that tab stopped', async () => {
    const chain = fakeChain();
    chain.mine([funded(1)], [funded(2)], [funded(3)]);
    const inner = memoryEventTables();
    const controller = new AbortController();
    let overtaken = false;
    const tables: EventTables = {
      ...inner,
      async commit(change) {
        if (!overtaken) {
          overtaken = true;
          // The other tab stores one block and is closed.
          const stopping: EventTables = {
            ...inner,
            commit: (other) => inner.commit(other).finally(() => controller.abort()),
          };
          const { signal } = controller;
          const other = syncEvents({ rpc: chain.rpc, deployment, tables: stopping, maxSpan: 2, signal });
          await expect(other).rejects.toThrow();
        }
        return inner.commit(change);
      },
    };
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    await expectCanonical(chain, inner);
    expect(chain.ranges).toEqual([
      [2, 5],
      [2, 3],
      [2, 5],
    ]);
  });

  test('tabs that overtake each other at every range of a long history all get to its end', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine([funded(1)], ...empty(400), [funded(2)]);
    chain.limits.blocks = 3;
    await Promise.all([3, 3, 3, 3].map((maxSpan) => syncEvents({ rpc: chain.rpc, deployment, tables, maxSpan })));
    await expectCanonical(chain, tables);
  });

  test('a second visit reads no logs, and a later one only the tip and what is new', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine(...empty(300), [funded(1)]);
    const head = chain.head();
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(chain.ranges).toEqual([
      [2, head - TIP_BLOCKS],
      [head - TIP_BLOCKS + 1, head],
    ]);
    chain.ranges.length = 0;
    chain.methods.length = 0;
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(chain.ranges).toEqual([]);
    expect(chain.methods).toEqual(['eth_getBlockByNumber']);
    chain.mine([funded(2)], []);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(chain.ranges).toEqual([[head - TIP_BLOCKS + 1, head + 2]]);
    await expectCanonical(chain, tables);
  });

  test('the tip that is read again stays short, one request per sync', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine(...empty(300));
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    let requests = 0;
    for (let block = 0; block < 100; block += 1) {
      chain.ranges.length = 0;
      chain.mine([funded(block)]);
      await syncEvents({ rpc: chain.rpc, deployment, tables });
      requests += chain.ranges.length;
      const [from] = chain.ranges[0] ?? [0];
      expect(chain.head() - from).toBeLessThanOrEqual(2 * TIP_BLOCKS);
    }
    // Two where the tip had grown to twice its length.
    expect(requests).toBe(101);
    await expectCanonical(chain, tables);
  });

  test('logs that a late node left out are found by the next sync that finds a block', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine(...empty(300), [funded(1)], [funded(2)]);
    // The node that answers for logs does not have the last two blocks yet.
    chain.tamper = () => [];
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(await tables.list(scope, 'Funded')).toEqual([]);
    chain.tamper = undefined;
    chain.mine([]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    await expectCanonical(chain, tables);
  });

  test('the logs of a reorg within the tip are replaced by one request', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine(...empty(300), [funded(1)]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    const tip = chain.head() - TIP_BLOCKS;
    chain.ranges.length = 0;
    chain.reorg(1, [[funded(2)], [funded(3)]]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(chain.ranges).toEqual([[tip + 1, chain.head()]]);
    await expectCanonical(chain, tables);
  });

  test('a reorg below every stored hash reads everything again', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine([funded(1)], ...empty(300), [funded(2)]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    chain.ranges.length = 0;
    chain.reorg(302, [[funded(3)], ...empty(310)]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    // The first attempt finds the stored blocks dropped, the second starts at the first block.
    expect(chain.ranges.slice(1)).toEqual([
      [2, chain.head() - TIP_BLOCKS],
      [chain.head() - TIP_BLOCKS + 1, chain.head()],
    ]);
    await expectCanonical(chain, tables);
  });

  test('a chain that became shorter than the tables takes back what is above it', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine([funded(1)], [funded(2)], [funded(3)]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    chain.reorg(2, []);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(await tables.list(scope, 'Funded')).toHaveLength(1);
    await expectCanonical(chain, tables);
  });

  test('a server that is behind, on the same chain, changes nothing', async () => {
    const chain = fakeChain();
    const tables = memoryEventTables();
    chain.mine([funded(1)], [funded(2)]);
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    const head = chain.head();
    const behind = {
      request: async (request: { method: string; params?: unknown }) => {
        const [tag] = request.params as readonly unknown[];
        const params = tag === 'latest' ? [`0x${(head - 1).toString(16)}`, false] : request.params;
        return chain.rpc.request({ ...request, params } as never);
      },
    } as unknown as FakeChain['rpc'];
    await syncEvents({ rpc: behind, deployment, tables });
    await expectCanonical(chain, tables);
  });

  test('a long history is read ten thousand blocks at a time, which most servers allow', async () => {
    const chain = fakeChain();
    chain.mine(...empty(10_100));
    await syncEvents({ rpc: chain.rpc, deployment, tables: memoryEventTables() });
    expect(chain.ranges).toEqual([
      [2, 10_001],
      [10_002, chain.head()],
    ]);
  });

  test('halves a range that the server refuses, and stays at what it accepts', async () => {
    const chain = fakeChain();
    chain.mine(...empty(13));
    chain.limits.blocks = 4;
    const tables = memoryEventTables();
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    expect(chain.ranges).toEqual([
      [2, 15],
      [2, 8],
      [2, 5],
      [6, 9],
      [10, 13],
      [14, 15],
    ]);
  });

  test('an answer with too many logs is halved too, and a single block that is refused is an error', async () => {
    const chain = fakeChain();
    chain.mine([funded(1), funded(2)], [funded(3), funded(4)], [funded(5)]);
    chain.limits.logs = 2;
    const tables = memoryEventTables();
    await syncEvents({ rpc: chain.rpc, deployment, tables });
    await expectCanonical(chain, tables);
    chain.mine([funded(6), funded(7), funded(8)]);
    await expect(syncEvents({ rpc: chain.rpc, deployment, tables })).rejects.toMatchObject({ code: 'CHAIN_FAILED' });
  });

  test('stops at an abort, between two requests, with what it has stored', async () => {
    const chain = fakeChain();
    chain.mine(...empty(9), [funded(1)]);
    const tables = memoryEventTables();
    const controller = new AbortController();
    chain.onRequest = () => {
      if (chain.ranges.length === 2) controller.abort();
    };
    const sync = syncEvents({ rpc: chain.rpc, deployment, tables, maxSpan: 2, signal: controller.signal });
    await expect(sync).rejects.toMatchObject({ code: 'ABORTED' });
    expect(chain.ranges).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect((await tables.blocks(scope)).map(({ number }) => number)).toEqual([3]);
  });

  test('a chain that changes at every request is an error, not a loop', async () => {
    const chain = fakeChain();
    chain.mine(...empty(5));
    chain.onRequest = () => chain.reorg(3, empty(3));
    const tables = memoryEventTables();
    await expect(syncEvents({ rpc: chain.rpc, deployment, tables })).rejects.toMatchObject({ code: 'CHAIN_UNSETTLED' });
    expect(await tables.blocks(scope)).toEqual([]);
  });
});
