import { describe, expect, test } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../../test/support/datanet.ts';
import { cidDigest, MAX_PARENTS, readContribution } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { cid as asCid } from '../../lib/units.ts';
import type { Announcement } from '../../peers/index.ts';
import type { Deployment } from '../../settlement/index.ts';
import type { ContributionRecord } from '../../store/index.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { contributionData, sentContributions } from './contributionRecord.ts';
import { encodeDescription } from './datanetDescription.ts';
import { isUnannounced } from './isUnannounced.ts';
import {
  announceContribution,
  type PublishRowsPorts,
  type PublishStep,
  publishRows,
  type RegistryChain,
  registerContribution,
} from './publishRows.ts';

const signer = createTestSigner(1);
const rows = [{ prompt: 'Where is Larkmoor?', response: 'On Heron Island.' }];
const townsId = `0x${'a'.repeat(64)}` as const;

const refused = (code: string) => new TributaryError({ code, message: 'Refused.', hint: 'None.' });

/** Tables, node and chain in memory. `failing`: steps that fail until they are taken out. */
function world({ chain = true }: { readonly chain?: boolean } = {}) {
  const failing = new Set<'announce' | 'register' | 'answer'>();
  const store = createMemoryStore();
  const records = new Map<string, ContributionRecord>();
  const announced: Announcement[] = [];
  const calls: { readonly method: string; readonly parameters: unknown }[] = [];
  let outcome: 'sent' | 'queued' = 'sent';
  let now = 1_700_000_000_000;
  const onChain: { metadataDigest: string; id: string }[] = [];
  const registered: { contributor: string; headerDigest: string }[] = [];
  const registry = answeringLate({
    deployment: { addresses: {}, datanets: [{ slug: 'towns', id: townsId }] } as unknown as Deployment,
    async datanets() {
      return onChain as unknown as Awaited<ReturnType<RegistryChain['datanets']>>;
    },
    async createDatanet(parameters: { metadataDigest: string }) {
      calls.push({ method: 'createDatanet', parameters });
      onChain.push({ metadataDigest: parameters.metadataDigest, id: `0x${'b'.repeat(64)}` });
      return { datanetId: `0x${'b'.repeat(64)}` };
    },
    contributions: async () => registered as unknown as Awaited<ReturnType<RegistryChain['contributions']>>,
    async contribute(parameters: { headerDigest: string }) {
      if (failing.has('register')) throw refused('WALLET_REJECTED');
      calls.push({ method: 'contribute', parameters });
      registered.push({ contributor: signer.address, headerDigest: parameters.headerDigest });
      if (failing.has('answer')) throw refused('CHAIN_UNREACHABLE');
      return { hash: '0xfeed' };
    },
  }) as unknown as RegistryChain;
  const ports = answeringLate<PublishRowsPorts>({
    async saveContribution(record) {
      records.set(record.id, record);
    },
    contributionsTo: async (datanetId) => [...records.values()].filter((record) => record.datanetId === datanetId),
    node: async () =>
      answeringLate({
        blocks: store,
        async announce(announcement: Announcement) {
          if (failing.has('announce')) throw refused('STORE_QUOTA_EXCEEDED');
          announced.push(announcement);
          return outcome;
        },
      }),
    ...(chain ? { chain: async () => registry } : {}),
    chainId: 31337,
    slugOf: (datanetId) => (datanetId === 'configured-towns' ? 'towns' : undefined),
    now: () => now++,
  });
  const steps: PublishStep[] = [];
  const publish = (datanetId = 'configured-towns') =>
    publishRows({ datanetId, rows, licence: 'CC0-1.0', signer, onStep: (step) => void steps.push(step) }, ports);
  return {
    ports,
    registered,
    store,
    records,
    announced,
    calls,
    failing,
    steps,
    publish,
    queueAnnouncements: () => {
      outcome = 'queued';
    },
  };
}

describe('publishRows', () => {
  test('stores, signs, announces and registers, and the record says so', async () => {
    const { publish, records, store, announced, calls, steps } = world();
    const record = await publish();
    expect(steps).toStrictEqual(['store', 'sign', 'announce', 'register']);
    expect(record).toMatchObject({
      state: 'registered',
      mine: true,
      rows: 1,
      contributor: signer.address.toLowerCase(),
    });
    expect(records.get(record.id)).toStrictEqual(record);
    const { header, transaction } = contributionData(record);
    expect(transaction).toBe('0xfeed');
    expect(header.author).toBe(`eip155:31337:${signer.address.toLowerCase()}`);
    const cid = asCid(record.id);
    expect((await readContribution({ cid, blocks: store, verify })).rows).toStrictEqual(rows);
    expect(announced).toStrictEqual([{ kind: 'contribution', scope: 'configured-towns', cid }]);
    expect(calls).toStrictEqual([
      {
        method: 'contribute',
        parameters: {
          datanetId: townsId,
          rowsRoot: `0x${header.rowsRoot}`,
          headerDigest: cidDigest(record.id),
          rowCount: 1,
        },
      },
    ]);
  });

  test('without a chain it ends with the announcement', async () => {
    const { publish, steps, records, failing } = world({ chain: false });
    const record = await publish();
    expect(record.state).toBe('published');
    expect(records.get(record.id)).toStrictEqual(record);
    failing.add('announce');
    const failed = await publish();
    expect(contributionData(failed).announceError?.code).toBe('STORE_QUOTA_EXCEEDED');
    expect(records.get(failed.id)).toStrictEqual(failed);
    failing.clear();
    steps.splice(0, 6);
    await publish();
    expect(steps).toStrictEqual(['store', 'sign', 'announce']);
  });

  test('leaves nothing behind when the author does not sign', async () => {
    const { ports, records, announced } = world();
    const reluctant = { ...signer, signMessage: () => Promise.reject(refused('WALLET_REJECTED')) };
    const parameters = { datanetId: 'towns', rows, licence: 'CC0-1.0', onStep: () => undefined };
    await expect(publishRows({ ...parameters, signer: reluctant }, ports)).rejects.toMatchObject({
      code: 'WALLET_REJECTED',
    });
    expect([records.size, announced.length]).toStrictEqual([0, 0]);
  });

  test('what cannot be stored is not announced', async () => {
    const { ports, announced, calls } = world();
    const full = { ...ports, saveContribution: () => Promise.reject(new Error('full')) };
    const parameters = { datanetId: 'towns', rows, licence: 'CC0-1.0', signer, onStep: () => undefined };
    await expect(publishRows(parameters, full)).rejects.toThrow('full');
    expect([announced, calls]).toStrictEqual([[], []]);
  });

  test('what is broken off leaves the record as it was', async () => {
    const { publish, ports, failing, records } = world();
    failing.add('announce').add('register');
    const record = await publish();
    const leaving = () => Promise.reject(new DOMException('left', 'AbortError'));
    expect(await announceContribution(record, { ...ports, node: leaving })).toBe(record);
    expect(await registerContribution(record, { ...ports, chain: leaving })).toBe(record);
    expect(records.get(record.id)).toStrictEqual(record);
    const { chain: _, ...chainless } = ports;
    expect(await registerContribution(record, chainless)).toBe(record);
  });

  test('an announcement that changes nothing is not stored again', async () => {
    const { publish, ports, announced } = world();
    const record = await publish();
    const full = { ...ports, saveContribution: () => Promise.reject(new Error('full')) };
    expect(await announceContribution(record, full)).toBe(record);
    expect(announced).toHaveLength(2);
  });

  test('a failed announcement stands in the record, the contribution is registered all the same, and a second try clears it', async () => {
    const { publish, ports, failing, announced } = world();
    failing.add('announce');
    const record = await publish();
    expect(record.state).toBe('registered');
    expect(contributionData(record).announceError?.code).toBe('STORE_QUOTA_EXCEEDED');
    expect(contributionData(record).transaction).toBe('0xfeed');
    failing.clear();
    const again = await announceContribution(record, ports);
    expect(contributionData(again)).toMatchObject({ transaction: '0xfeed' });
    expect(contributionData(again).announceError).toBeUndefined();
    expect(announced).toHaveLength(1);
  });

  test('a refused transaction stands in the record, the rows are published all the same, and a second try registers them', async () => {
    const { publish, ports, failing, records } = world();
    failing.add('register');
    const record = await publish();
    expect(record.state).toBe('published');
    expect(contributionData(record).registerError?.code).toBe('WALLET_REJECTED');
    expect(records.get(record.id)).toStrictEqual(record);
    failing.clear();
    const again = await registerContribution(record, ports);
    expect(again.state).toBe('registered');
    expect(contributionData(again).registerError).toBeUndefined();
  });

  test('a contribution builds on those that no other names', async () => {
    const { publish } = world({ chain: false });
    const first = await publish();
    const second = await publish();
    const third = await publish();
    expect(contributionData(second).header).toMatchObject({ seq: 2, parents: [first.id] });
    expect(contributionData(third).header).toMatchObject({ seq: 3, parents: [second.id] });
  });

  test('names the newest of those that no other names, as many as a header may', async () => {
    const { publish, records } = world({ chain: false });
    const first = await publish();
    const { header } = contributionData(first);
    const ids: string[] = [];
    // Written by other browsers at the same time, and heard of in any order.
    for (let index = 0; index < MAX_PARENTS + 2; index += 1) {
      const { id } = await publish('another');
      ids.push(id);
      records.set(id, {
        ...first,
        id,
        createdAt: 1_000 + ((index * 7) % (MAX_PARENTS + 2)),
        data: { header: { ...header, parents: [first.id] } },
      });
    }
    const newest = ids.toSorted((a, b) => (records.get(b)?.createdAt ?? 0) - (records.get(a)?.createdAt ?? 0));
    const { parents } = contributionData(await publish()).header;
    expect(new Set(parents)).toStrictEqual(new Set(newest.slice(0, MAX_PARENTS)));
  });

  test('the first contribution to a described Datanet registers the Datanet, the second finds it', async () => {
    const { publish, store, calls } = world();
    const towns = { name: 'Towns', summary: '', licence: 'CC0-1.0' };
    const datanetId = await store.put(encodeDescription(towns), 'raw');
    expect((await publish(datanetId)).state).toBe('registered');
    expect((await publish(datanetId)).state).toBe('registered');
    expect(calls.map(({ method }) => method)).toStrictEqual(['createDatanet', 'contribute', 'contribute']);
    expect(calls[0]?.parameters).toStrictEqual({ slug: datanetId.slice(-40), metadataDigest: cidDigest(datanetId) });
  });

  test('a registration whose answer was lost is found on the chain and not made twice; a stranger’s is no such', async () => {
    const { publish, calls, failing, ports, registered } = world();
    failing.add('answer');
    const record = await publish();
    expect(contributionData(record).registerError?.code).toBe('CHAIN_UNREACHABLE');
    failing.clear();
    expect((await registerContribution(record, ports)).state).toBe('registered');
    expect(calls.map(({ method }) => method)).toStrictEqual(['contribute']);
    registered.splice(0, 1, { contributor: `0x${'9'.repeat(40)}`, headerDigest: cidDigest(record.id) });
    expect((await registerContribution(record, ports)).state).toBe('registered');
    expect(calls.map(({ method }) => method)).toStrictEqual(['contribute', 'contribute']);
  });

  test('one that was recorded by a page which then went away is announced before it is registered, once', async () => {
    const { publish, ports, announced } = world({ chain: false });
    const { ports: withChain } = world();
    const whole = await publish();
    const { isAnnounced: _, ...data } = contributionData(whole);
    announced.length = 0;
    const chained = { ...ports, chain: withChain.chain as NonNullable<PublishRowsPorts['chain']> };
    const record = await registerContribution({ ...whole, state: 'queued', data }, chained);
    expect(record.state).toBe('registered');
    expect(announced.map(({ cid }) => cid)).toStrictEqual([asCid(whole.id)]);
    expect(contributionData(record).isAnnounced).toBe(true);
    await registerContribution(record, chained);
    expect(announced.length).toBe(1);
  });

  test('a Datanet that is named by its id on the chain is contributed to as it is', async () => {
    const { publish, calls } = world();
    const onChain = `0x${'c'.repeat(64)}`;
    await publish(onChain);
    expect(calls).toMatchObject([{ method: 'contribute', parameters: { datanetId: onChain } }]);
  });

  test('a Datanet that no chain can know is a reason in the record', async () => {
    const { publish } = world();
    expect(contributionData(await publish('unheard-of')).registerError?.code).toBe('APP_DATANET_NOT_ON_CHAIN');
  });
});

test('a queued contribution counts as sent when its announcement left the queue, unless announcing failed', async () => {
  const { publish, failing, queueAnnouncements } = world({ chain: false });
  queueAnnouncements();
  const waiting = await publish();
  const left = await publish();
  failing.add('announce');
  const failed = await publish();
  expect(failed.state).toBe('queued');
  // Its page went away before the node had it.
  const { isAnnounced: _, ...data } = contributionData(left);
  const forgotten = { ...left, id: 'forgotten', data };
  expect(sentContributions([waiting, left, failed, forgotten], [waiting.id])).toStrictEqual([left]);
  expect([waiting, left, failed, forgotten].filter(isUnannounced)).toStrictEqual([forgotten]);
  expect(isUnannounced({ ...forgotten, state: 'registered' })).toBe(true);
  for (const change of [{ mine: false }, { state: 'published' as const }, { state: 'refused' as const }])
    expect(isUnannounced({ ...forgotten, ...change })).toBe(false);
});
