// A relay's word that it had certain bytes at a certain time, signed with the key that is its identity. Who was first is decided
// by it where no chain does, so a relay gives out times that only grow, over restarts and clocks that are set back.

import { decode, encode } from '@ipld/dag-cbor';
import { peerIdFromString } from '@libp2p/peer-id';
import { ownBytes } from '../lib/bytes.ts';
import type { Cid } from '../lib/units.ts';
import type { StateStore } from './stateStore.ts';
import type { Witness } from './types.ts';

const LAST_KEY = 'last';

/** What is signed. `type` keeps it apart from whatever else the key of an identity signs. */
function statement({ cid, relay, sequence, time }: Omit<Witness, 'signature'>): Uint8Array<ArrayBuffer> {
  return ownBytes(encode({ v: 1, type: 'tributary-witness', cid, relay, sequence, time }));
}

export interface CreateWitnessingParameters {
  /** PeerId of this node. */
  readonly relay: string;
  readonly privateKey: { sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> };
  readonly state: StateStore;
  readonly now: () => number;
}

/** A function that witnesses, one after another: the next time and number are on disk before they are given out. */
export async function createWitnessing(
  parameters: CreateWitnessingParameters,
): Promise<(cid: Cid) => Promise<Witness>> {
  const { relay, privateKey, state, now } = parameters;
  const stored = new Map(await state.entries()).get(LAST_KEY);
  let { sequence, time } =
    stored === undefined ? { sequence: 0, time: 0 } : decode<{ sequence: number; time: number }>(stored);
  let turn: Promise<unknown> = Promise.resolve();

  async function next(cid: Cid): Promise<Witness> {
    sequence += 1;
    time = Math.max(time + 1, now());
    const unsigned = { cid, relay, sequence, time };
    await state.put(LAST_KEY, encode({ sequence, time }));
    return { ...unsigned, signature: await privateKey.sign(statement(unsigned)) };
  }
  return (cid) => {
    const witnessed = turn.then(() => next(cid));
    turn = witnessed.catch(() => undefined); // whoever asked is told
    return witnessed;
  };
}

/** Whether the relay that the witness names has signed it. */
export async function isWitnessTrue(witness: Witness): Promise<boolean> {
  try {
    const { publicKey } = peerIdFromString(witness.relay);
    return publicKey !== undefined && (await publicKey.verify(statement(witness), witness.signature));
  } catch {
    return false; // the name of no key
  }
}
