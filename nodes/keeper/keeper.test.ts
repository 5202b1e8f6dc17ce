// The keeper's program over real peers and a real chain: it hears what somebody else announces, settles it, and its ledger
// can be fetched by whoever claims.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encode } from '@ipld/dag-cbor';
import { afterAll, expect, test } from 'vitest';
import { cidDigest } from '../../src/datanet/index.ts';
import { startNodePeers } from '../../src/peers/node.ts';
import {
  burnerWallet,
  createBurnerKey,
  createSessionKey,
  encodeSignedVoucher,
  type Hex,
  nextVoucher,
  openSettlement,
  signVoucher,
  splitFee,
} from '../../src/settlement/index.ts';
import { peerLedgers } from '../../src/workflows/epochs/peerLedgers.ts';
import { type LocalChain, localChain } from '../../test/settlement/localChain.ts';
import { startRelay } from '../relay/startRelay.ts';
import { keyWallet } from './keyWallet.ts';
import { type KeeperNode, type KeeperNodeEvent, startKeeper } from './startKeeper.ts';

const OPEN = 10n ** 18n;
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function until<Value>(probe: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A receipt as the attribution writes it, all of it for one account. */
function receiptBytes(modelId: Hex, amount: bigint, account: Hex): Uint8Array {
  const hash = new Uint8Array(32);
  return encode({
    v: 1,
    type: 'receipt',
    subject: { adapter: 'lamps', model: modelId, payer: '', amount: amount.toString(), timestamp: 1 },
    index: hash,
    prompt: hash,
    answer: hash,
    answerTokens: 1,
    sketch: { exponent: 0, codes: new Uint8Array(4) },
    verbatim: [],
    shares: [[Uint8Array.from(Buffer.from(account.slice(2), 'hex')), 1_000_000]],
    unattributedPpm: 0,
  });
}

test('a keeper settles what others announce, with a key of its own, and goes on after a restart', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-keeper-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const chain: LocalChain = await localChain({
    datanets: [{ slug: 'lamps', metadataDigest: word(1), contributions: [] }],
    models: [
      {
        slug: 'lamps',
        datanets: ['lamps'],
        baseModelDigest: word(2),
        specificationDigest: word(3),
        ownerBps: 1_000,
        price: OPEN,
        versions: [],
      },
    ],
  });
  cleanups.push(() => chain.destroy());
  const { deployment } = chain;
  const modelId = deployment.models[0]?.id as Hex;
  const relay = await startRelay({
    dataDirectory: path.join(folder, 'relay'),
    webSocketPort: 0,
    webRtcPort: 0,
    statusPort: 0,
  });
  cleanups.push(() => relay.stop());
  const relays = relay.multiaddrs.filter((address) => address.includes('/ws/'));

  const events: KeeperNodeEvent[] = [];
  const wallet = keyWallet({ deployment, privateKey: createBurnerKey() });
  const start = (): Promise<KeeperNode> =>
    startKeeper({
      folder: path.join(folder, 'keeper'),
      deployment,
      wallet,
      relays,
      onEvent: (event) => events.push(event),
    });
  let node = await start();
  cleanups.push(() => node.stop());

  const payer = burnerWallet({ deployment, privateKey: createBurnerKey() });
  const settlement = openSettlement({ deployment, wallet: payer });
  await settlement.faucet({ address: payer.address });
  await settlement.deposit({ amount: 10n * OPEN });
  const key = createSessionKey();
  await settlement.setSessionKey({ signer: key.address, validUntil: 4_000_000_000, cap: 10n * OPEN });
  const { epoch } = await settlement.epoch();
  const peer = await startNodePeers({ folder: path.join(folder, 'payer'), relays });
  cleanups.push(() => peer.stop());

  const ada: Hex = '0x00000000000000000000000000000000000000ad';
  const amount = 3n * OPEN + 1n;
  const receipt = await peer.blocks.put(receiptBytes(modelId, amount, ada), 'dag-cbor');
  const next = nextVoucher({
    channel: undefined,
    payer: payer.address,
    signer: key.address,
    modelId,
    epoch,
    amount,
    receiptDigest: cidDigest(receipt),
  });
  const signed = await signVoucher({ deployment, ...next, key });
  const forged = { ...signed, voucher: { ...signed.voucher, cumulative: 9n * OPEN } };
  await peer.announce({ kind: 'receipt', scope: 'lamps', cid: receipt });
  for (const voucher of [forged, signed]) {
    const cid = await peer.blocks.put(encodeSignedVoucher(voucher), 'raw');
    await peer.announce({ kind: 'voucher', scope: modelId, cid });
  }
  expect(await until(() => node.keeper.collect())).toMatchObject({ total: amount, refused: [] });
  expect(await until(async () => events.find(({ kind }) => kind === 'refused'))).toMatchObject({ what: 'voucher' });

  await node.stop();
  node = await start();
  await chain.advance(deployment.profile.epochSeconds + deployment.profile.graceSeconds);
  const { ledger, digest } = await until(() => node.keeper.propose());
  const { contributors } = splitFee({ amount, ownerBps: 1_000 });
  expect(ledger.accounts).toEqual([{ account: ada, cumulative: contributors }]);
  await chain.advance(deployment.profile.windowSeconds);
  expect(await node.keeper.finalize()).toBe(epoch);

  const { read } = peerLedgers(async () => peer);
  const claimant = openSettlement({ deployment, ledgerSource: read });
  expect(await claimant.claimable({ address: ada })).toMatchObject({ amount: contributors });
  expect((await settlement.rewards()).current.dataDigest).toBe(digest);
});
