import { decode, encode } from '@ipld/dag-cbor';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { describe, expect, it } from 'vitest';
import type { Cid } from '../lib/units.ts';
import { memoryState } from './testing/memoryState.ts';
import type { Witness } from './types.ts';
import { createWitnessing, isWitnessTrue } from './witness.ts';

const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;

async function world() {
  const privateKey = await generateKeyPair('Ed25519');
  const relay = peerIdFromPrivateKey(privateKey).toString();
  const state = memoryState();
  let time = 1_000;
  const open = (change: Partial<Parameters<typeof createWitnessing>[0]> = {}) =>
    createWitnessing({ relay, privateKey, state, now: () => time, ...change });
  return {
    relay,
    privateKey,
    state,
    open,
    at: (now: number) => {
      time = now;
    },
  };
}
const times = (witnesses: readonly Witness[]): number[][] => witnesses.map(({ sequence, time }) => [sequence, time]);

describe('a relay witnesses', () => {
  it('in numbers and times that only grow, over restarts and clocks that are set back', async () => {
    const { open, at, relay } = await world();
    const first = await open();
    const given = [await first(cid)];
    expect(given).toMatchObject([{ cid, relay, sequence: 1, time: 1_000 }]);
    given.push(await first(cid));
    at(5_000);
    given.push(await first(cid));
    at(10);
    given.push(await first(cid));
    const second = await open();
    given.push(await second(cid));
    at(9_000);
    given.push(await second(cid));
    expect(times(given)).toEqual([
      [1, 1_000],
      [2, 1_001],
      [3, 5_000],
      [4, 5_001],
      [5, 5_002],
      [6, 9_000],
    ]);
    for (const witness of given) expect(await isWitnessTrue(witness)).toBe(true);
  });

  it('one after another, each on disk before it is given out', async () => {
    const { open, state } = await world();
    const order: string[] = [];
    const slow = {
      ...state,
      async put(key: string, value: Uint8Array) {
        await new Promise((resolve) => setTimeout(resolve));
        order.push(`stored ${decode<{ sequence: number }>(value).sequence}`);
        await state.put(key, value);
      },
    };
    const witness = await open({ state: slow });
    await Promise.all([1, 2, 3].map(async () => order.push(`given ${(await witness(cid)).sequence}`)));
    expect(order.filter((each) => each.startsWith('stored'))).toEqual(['stored 1', 'stored 2', 'stored 3']);
    for (const number of [1, 2, 3])
      expect(order.indexOf(`stored ${number}`)).toBeLessThan(order.indexOf(`given ${number}`));
  });

  it('nothing that it cannot store, and goes on afterwards with another number', async () => {
    const { open, state } = await world();
    let isFull = true;
    const put = (key: string, value: Uint8Array) =>
      isFull ? Promise.reject(new Error('full')) : state.put(key, value);
    const witness = await open({ state: { ...state, put } });
    await expect(witness(cid)).rejects.toThrow('full');
    isFull = false;
    expect((await witness(cid)).sequence).toBe(2);
  });

  it('nothing where its disk cannot be read', async () => {
    const { open, state } = await world();
    await expect(open({ state: { ...state, entries: () => Promise.reject(new Error('gone')) } })).rejects.toThrow(
      'gone',
    );
  });
});

describe('a witness is false', () => {
  it('with another field, another signature or another relay', async () => {
    const { open, privateKey, relay } = await world();
    const witness = await (await open())(cid);
    const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString();
    for (const change of [
      { cid: 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5a' as Cid },
      { sequence: 2 },
      { time: witness.time - 1 },
      { relay: other },
      { relay: 'nobody' },
      { relay: '' },
      { signature: new Uint8Array(64) },
      { signature: new Uint8Array(0) },
    ])
      expect(await isWitnessTrue({ ...witness, ...change }), JSON.stringify(change)).toBe(false);
    // The same fields, signed as something else or of another version.
    for (const change of [{ type: 'other' }, { v: 2 }]) {
      const body = { v: 1, type: 'tributary-witness', cid, relay, sequence: 1, time: 1_000, ...change };
      const signature = await privateKey.sign(encode(body));
      expect(await isWitnessTrue({ cid, relay, sequence: 1, time: 1_000, signature })).toBe(false);
    }
    const body = { v: 1, type: 'tributary-witness', cid, relay, sequence: 1, time: 1_000 };
    const signature = await privateKey.sign(encode(body));
    expect(await isWitnessTrue({ cid, relay, sequence: 1, time: 1_000, signature })).toBe(true);
  });

  it('of a relay whose name does not hold its key', async () => {
    const key = await generateKeyPair('RSA', 2_048);
    const relay = peerIdFromPrivateKey(key).toString();
    const witness = await (await createWitnessing({ relay, privateKey: key, state: memoryState(), now: () => 1 }))(cid);
    expect(await isWitnessTrue(witness)).toBe(false);
  });
});
