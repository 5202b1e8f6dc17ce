import { describe, expect, test } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../../test/support/datanet.ts';
import { publishContribution } from '../../datanet/index.ts';
import type { Cid } from '../../lib/units.ts';
import type { Witness } from '../../peers/index.ts';
import type { ContributionRecord } from '../../store/index.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { contributionData, withWitnesses } from './contributionRecord.ts';
import { encodeDescription } from './datanetDescription.ts';
import { type KnownDatanet, type KnownDatanetsPorts, learnDatanet } from './knownDatanets.ts';
import { type ReceiveContributionPorts, receiveContribution } from './receiveContribution.ts';

const author = createTestSigner(1);
const towns = { name: 'Towns', summary: 'Where they are.', licence: 'CC0-1.0' };

async function world() {
  const store = createMemoryStore();
  const datanetId = await store.put(encodeDescription(towns), 'raw');
  const publish = (parameters: Partial<Parameters<typeof publishContribution>[0]> = {}) =>
    publishContribution({
      datanetId,
      rows: [{ prompt: 'Where is Larkmoor?', response: 'On Heron Island.' }],
      licence: 'CC0-1.0',
      signer: author,
      blocks: store,
      timestamp: 1_700_000_000_000,
      ...parameters,
    });
  const records = new Map<string, ContributionRecord>();
  const known = new Map<string, KnownDatanet>();
  const datanets = answeringLate<KnownDatanetsPorts>({
    isOffered: (id) => id === 'offered',
    isKnown: async (id) => known.has(id),
    remember: async (id, datanet) => void known.set(id, datanet),
    blocks: async () => store,
  });
  const ports = answeringLate<ReceiveContributionPorts>({
    isKnown: async (cid) => records.has(cid),
    saveContribution: async (record) => void records.set(record.id, record),
    async saveWitnesses(cid, witnesses) {
      records.set(cid, withWitnesses(records.get(cid) as ContributionRecord, witnesses));
    },
    reader: async () => ({ blocks: store, verify }),
    learnDatanet: (id) => learnDatanet(id, datanets),
    now: () => 1_800_000_000_000,
  });
  const receive = (cid: Cid, scope: string = datanetId, witnesses: readonly Witness[] = []) =>
    receiveContribution({ kind: 'contribution', scope, cid, provider: 'peer-1', via: 'gossip', witnesses }, ports);
  return { store, datanetId, publish, records, known, receive, datanets };
}

describe('receiveContribution', () => {
  test('lists a contribution of a peer and learns its Datanet', async () => {
    const { publish, receive, records, known, datanetId } = await world();
    const { cid, header } = await publish();
    await receive(cid);
    expect(records.get(cid)).toStrictEqual({
      id: cid,
      datanetId,
      contributor: author.address.toLowerCase(),
      rows: 1,
      mine: false,
      state: 'published',
      // When it came, and not what its author states.
      createdAt: 1_800_000_000_000,
      data: { header, provider: 'peer-1', via: 'gossip' },
    });
    expect(known.get(datanetId)).toStrictEqual({ description: { v: 1, type: 'datanet', ...towns }, mine: false });
  });

  test('takes the witnesses of a contribution that was known before them, of each relay the first and the last', async () => {
    const { publish, receive, records, datanetId } = await world();
    const { cid } = await publish();
    const witness = (relay: string, time: number): Witness => ({
      cid,
      relay,
      sequence: time,
      time,
      signature: Uint8Array.of(time),
    });
    const known = () => contributionData(records.get(cid) as ContributionRecord).witnesses;
    await receive(cid);
    expect(known()).toBeUndefined();
    await receive(cid, datanetId, [witness('a', 5)]);
    await receive(cid, datanetId, [witness('a', 9), witness('b', 7)]);
    await receive(cid);
    expect(known()).toStrictEqual([witness('a', 5), witness('a', 9), witness('b', 7)]);
    const before = records.get(cid);
    await receive(cid, datanetId, [witness('a', 9), witness('b', 7)]);
    expect(records.get(cid)).toBe(before);
    await receive(cid, datanetId, [witness('a', 11)]);
    expect(known()).toStrictEqual([witness('a', 5), witness('a', 11), witness('b', 7)]);
  });

  test('refuses a header that somebody else signed', async () => {
    const { publish, receive, records } = await world();
    const forger = { ...author, signMessage: createTestSigner(2).signMessage };
    const { cid } = await publish({ signer: forger });
    await expect(receive(cid)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect(records.size).toBe(0);
  });

  test('refuses a contribution to another Datanet than was announced', async () => {
    const { publish, receive, records } = await world();
    const { cid } = await publish();
    await expect(receive(cid, 'another')).rejects.toMatchObject({ code: 'SCOPE_MISMATCH' });
    expect(records.size).toBe(0);
  });

  test('a contribution that is known is not read again', async () => {
    const { publish, receive, records, store } = await world();
    const { cid } = await publish();
    await receive(cid);
    const before = records.get(cid);
    store.map.clear();
    await receive(cid);
    expect(records.get(cid)).toBe(before);
  });

  test.each([
    ['nobody has', (store: ReturnType<typeof createMemoryStore>, id: string) => store.map.delete(id as Cid)],
    [
      'is something else',
      (store: ReturnType<typeof createMemoryStore>, id: string) =>
        store.map.set(id as Cid, new TextEncoder().encode('{}')),
    ],
  ])('lists it under the id of its Datanet when its description %s', async (_, break_) => {
    const { publish, receive, records, known, store, datanetId } = await world();
    const { cid } = await publish();
    break_(store, datanetId);
    await receive(cid);
    expect(records.get(cid)?.datanetId).toBe(datanetId);
    expect(known.size).toBe(0);
  });

  test('a contribution is as old as its first witness, where that is before now', async () => {
    const { publish, receive, records, datanetId } = await world();
    const { cid, header } = await publish();
    const witness = (relay: string, time: number): Witness => ({
      ...{ cid, relay, sequence: 1, time, signature: Uint8Array.of(time % 256) },
    });
    const witnesses = [witness('a', 1_750_000_000_000), witness('b', 1_740_000_000_000)];
    await receive(cid, datanetId, witnesses);
    expect(records.get(cid)).toMatchObject({
      createdAt: 1_740_000_000_000,
      data: { header, provider: 'peer-1', via: 'gossip', witnesses },
    });
  });

  test('a Datanet that is known is not fetched again, and one that cannot be fetched for another reason is an error', async () => {
    const { store, datanetId, known, datanets } = await world();
    await learnDatanet(datanetId, datanets);
    expect(known.size).toBe(1);
    const broken = { ...store, get: () => Promise.reject(new Error('broken')) } as unknown as typeof store;
    const ports = { ...datanets, blocks: async () => broken };
    await learnDatanet(datanetId, ports);
    known.clear();
    await expect(learnDatanet(datanetId, ports)).rejects.toThrow('broken');
  });

  test('a Datanet that its id does not describe is not looked for', async () => {
    const { publish, receive, known } = await world();
    const { cid } = await publish({ datanetId: 'offered' });
    await receive(cid, 'offered');
    expect(known.size).toBe(0);
  });
});
