// What waits to be announced when a page opens, over a node that takes everything.
import { beforeEach, expect, test, vi } from 'vitest';
import { createSessionKey, nextVoucher, signVoucher } from '../../settlement/index.ts';
import { database, eraseEverything } from '../../store/index.ts';
import { DEPLOYMENT, word } from '../../workflows/testing/fakeChain.ts';
import { announceWaiting } from './outbox.ts';
import type * as State from './peers.ts';

const node = vi.hoisted(() => ({ relays: [] as string[], starts: 0, announced: [] as string[] }));
vi.mock('./peers.ts', async (original) => {
  const peers = {
    blocks: { put: async () => `cid ${node.announced.length}` },
    announce: async ({ kind }: { kind: string }) => {
      node.announced.push(kind);
      return 'sent';
    },
    pending: () => [],
    onChange: () => () => undefined,
  };
  const start = async () => {
    node.starts += 1;
    return peers;
  };
  return {
    ...(await original<typeof State>()),
    relayAddresses: async () => node.relays,
    peers: start,
    followPeers: async (follow: (started: unknown) => void) => follow(await start()),
  };
});

beforeEach(async () => {
  expect(await eraseEverything()).toEqual([]);
  Object.assign(node, { relays: ['a relay'], starts: 0, announced: [] });
});

/** A paid answer as a page leaves it that is killed before it announces. */
async function leave(announced: 'no' | 'queued' | 'sent'): Promise<void> {
  const key = createSessionKey();
  const sum = { payer: key.address, signer: key.address, modelId: word(1), epoch: 3n };
  const next = nextVoucher({ channel: undefined, ...sum, amount: 5n, receiptDigest: word(7) });
  const signed = await signVoucher({ deployment: DEPLOYMENT, ...next, key });
  const { payer, modelId } = sum;
  const paid = { cumulative: 5n, channel: next.channel, signed, announced, cid: 'cid', updatedAt: 1 };
  await database().vouchers.put({ id: 'v', payer, modelId, epoch: '3', ...paid });
  const receipt = { messageId: 'm', adapterId: 'a', createdAt: 1, bytes: Uint8Array.of(1), salt: Uint8Array.of(2) };
  await database().receipts.put({ id: word(7).slice(2), ...receipt, announced, cid: 'cid' });
}

const states = async () => [
  (await database().receipts.toArray()).map(({ announced }) => announced),
  (await database().vouchers.toArray()).map(({ announced }) => announced),
];

test('what an earlier page signed and did not announce is announced, its receipt first', async () => {
  await leave('no');
  await announceWaiting();
  expect(node.announced).toEqual(['receipt', 'voucher']);
  expect(await states()).toEqual([['sent'], ['sent']]);
});

test('what an earlier page had queued is sent by the node, which is started for it', async () => {
  await leave('queued');
  await announceWaiting();
  expect(node.announced).toEqual([]);
  expect(node.starts).toBeGreaterThan(0);
  expect(await states()).toEqual([['sent'], ['sent']]);
});

test('no node is started where nothing waits, or nobody can be told', async () => {
  await announceWaiting();
  await leave('sent');
  await announceWaiting();
  await leave('no');
  node.relays = [];
  await announceWaiting();
  expect(node.starts).toBe(0);
});
