import { expect, test } from 'vitest';
import { createMemoryStore, createTestSigner } from '../../../test/support/datanet.ts';
import { type Contribution, cidDigest, publishContribution } from '../../datanet/index.ts';
import type { Witness } from '../../peers/index.ts';
import { encodeDescription } from './datanetDescription.ts';
import {
  type OwnershipChain,
  type OwnershipEvidencePorts,
  ownershipEvidence,
  relayIdentities,
} from './ownershipEvidence.ts';

const townsId = `0x${'a'.repeat(64)}`;
const author = createTestSigner(1);
const thief = createTestSigner(2);

async function world() {
  const store = createMemoryStore();
  const publish = (signer = author, datanetId = 'towns'): Promise<Contribution> =>
    publishContribution({
      datanetId,
      rows: [{ prompt: 'Who?', response: 'Ysolde.' }],
      licence: 'CC0-1.0',
      signer,
      blocks: store,
      timestamp: 1,
    });
  const registered: unknown[] = [];
  const register = (contribution: Contribution, contributor: string, at: number, status = 'submitted'): void => {
    const { cid, header } = contribution;
    const [headerDigest, rowsRoot] = [cidDigest(cid), `0x${header.rowsRoot}`];
    registered.push({ datanetId: townsId, index: registered.length, contributor, rowsRoot, headerDigest, at, status });
  };
  const chain = {
    deployment: { datanets: [{ slug: 'towns', id: townsId }] },
    datanets: async () => [],
    contributions: async ({ datanetId }: { datanetId: string }) => (datanetId === townsId ? registered : []),
  } as unknown as OwnershipChain;
  const witness = (cid: Contribution['cid'], relay: string, time: number, sound = true): Witness => ({
    cid,
    relay,
    sequence: 1,
    time,
    signature: Uint8Array.of(sound ? 1 : 0),
  });
  const witnesses = new Map<string, Witness[]>();
  const ports: OwnershipEvidencePorts = {
    chain: async () => chain,
    slugOf: () => undefined,
    witnessesOf: async (cid) => witnesses.get(cid) ?? [],
    isWitnessTrue: async ({ signature }) => signature[0] === 1,
    trustedRelays: async () => new Set(['good', 'other']),
  };
  return { store, ports, publish, register, witnesses, witness };
}

test('takes the first registration by the author, and none of somebody else or that was rejected', async () => {
  const { ports, publish, register } = await world();
  const [mine, copy, refused] = [await publish(), await publish(thief), await publish(createTestSigner(3))];
  register(mine, thief.address, 10);
  register(copy, thief.address, 20);
  register(mine, author.address, 30);
  register(mine, author.address, 40);
  register(refused, createTestSigner(3).address, 5, 'rejected');
  expect(await ownershipEvidence([mine, copy, refused], ports)).toStrictEqual(
    new Map([
      [mine.cid, { chain: { time: 30, index: 2 }, witnesses: [] }],
      [copy.cid, { chain: { time: 20, index: 1 }, witnesses: [] }],
      [refused.cid, { witnesses: [] }],
    ]),
  );
});

test('takes the word of configured relays alone, where they signed it, of this contribution', async () => {
  const { ports, publish, witnesses, witness } = await world();
  const [mine, copy] = [await publish(), await publish(thief)];
  const good = witness(mine.cid, 'good', 5);
  witnesses.set(mine.cid, [witness(mine.cid, 'bad', 1), good, witness(mine.cid, 'other', 2, false)]);
  // A true word, put beside another contribution than the one that it is about.
  witnesses.set(copy.cid, [good]);
  const { chain: _, ...alone } = ports;
  expect(await ownershipEvidence([mine, copy], alone)).toStrictEqual(
    new Map([
      [mine.cid, { witnesses: [good] }],
      [copy.cid, { witnesses: [] }],
    ]),
  );
});

test('knows nothing from the chain of a Datanet that is not on it, and says when the chain is away', async () => {
  const { store, ports, publish } = await world();
  const description = await store.put(encodeDescription({ name: 'Seas', summary: '', licence: 'CC0-1.0' }), 'raw');
  const others = [await publish(author, 'a name'), await publish(author, description)];
  expect([...(await ownershipEvidence(others, ports)).values()]).toStrictEqual([{ witnesses: [] }, { witnesses: [] }]);
  const away = { ...ports, chain: () => Promise.reject(new Error('away')) };
  await expect(ownershipEvidence(others, away)).rejects.toThrow('away');
});

test('reads identities from addresses', () => {
  expect([
    ...relayIdentities(['/ip4/1.2.3.4/tcp/1/ws/p2p/12D3Koo', '/dns4/r/tcp/443/wss/p2p/12D3Koo', 'nonsense']),
  ]).toStrictEqual(['12D3Koo']);
});
