// What happens to a chain, or to who asks it, at one moment of a walk.
import { type Hex, numberToHex } from 'viem';
import type { Random } from '../decoders/random.ts';
import type { Asked, Verdict } from './faultyServer.ts';

/** What a fault may do to the world. */
interface Hands {
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /** From now on another chain answers, which was started anew: the same number, the same contracts at the same places. */
  reset(): void;
  /** Who asked is dead: nothing that it asks from now on is heard. */
  kill(client: string): void;
  note(what: string): void;
}

/** Made anew for each step of a walk; judges each request of that step. */
type Fault = (random: Random, hands: Hands) => (asked: Asked) => Verdict | Promise<Verdict>;

/** A step asks for some 10 to 40 things. */
const MOMENTS = 30;
const SEND = 'eth_sendRawTransaction';

/** Does `act` at one request of the step, by number. */
function once(random: Random, act: (asked: Asked) => Verdict | Promise<Verdict>): (asked: Asked) => Promise<Verdict> {
  let left = random.below(MOMENTS);
  return async (asked) => {
    left -= 1;
    return left === -1 ? await act(asked) : 'pass';
  };
}

/** Blocks come a few requests after a transaction, or not before the step gives up. */
function late(random: Random, { request, note }: Hands): (asked: Asked) => Promise<Verdict> {
  let wait: number | undefined;
  return async ({ method }) => {
    if (method === SEND) {
      await request('evm_setAutomine', [false]);
      wait = random.chance(0.3) ? Number.POSITIVE_INFINITY : random.below(12);
      note(`a block ${wait === Number.POSITIVE_INFINITY ? 'too late' : `after ${wait} requests`}`);
      return 'pass';
    }
    if (wait !== undefined) {
      wait -= 1;
      if (wait <= 0) {
        wait = undefined;
        await request('evm_mine', []);
        await request('evm_setAutomine', [true]);
      }
    }
    return 'pass';
  };
}

interface Sent {
  readonly from: Hex;
  readonly to: Hex;
  readonly input: Hex;
  readonly nonce: Hex;
}

/** The first transaction of the step is dropped, or another takes its nonce: the same at a higher fee, or none at all. */
function replaced(random: Random, { request, note }: Hands): (asked: Asked) => Promise<Verdict> {
  const how = random.pick(['dropped', 'repriced', 'cancelled'] as const);
  let wait = 1 + random.below(4);
  let state: 'before' | 'sent' | 'after' = 'before';
  return async ({ method }) => {
    if (method === SEND && state === 'before') {
      state = 'sent';
      await request('evm_setAutomine', [false]);
      return 'pass';
    }
    wait -= state === 'sent' ? 1 : 0;
    if (state !== 'sent' || wait > 0) return 'pass';
    state = 'after';
    note(how);
    const { pending } = (await request('txpool_content', [])) as { pending: Record<string, Record<string, Sent>> };
    const [sent] = Object.values(pending).flatMap((byNonce) => Object.values(byNonce));
    if (sent === undefined) return 'pass';
    if (how === 'dropped') await request('anvil_dropAllTransactions', []);
    else {
      const call =
        how === 'cancelled'
          ? { to: sent.from, value: '0x0', gas: numberToHex(21_000) }
          : { to: sent.to, data: sent.input, gas: numberToHex(2_000_000) };
      const fees = { maxFeePerGas: numberToHex(10n ** 11n), maxPriorityFeePerGas: numberToHex(10n ** 10n) };
      await request('anvil_impersonateAccount', [sent.from]);
      await request('eth_sendTransaction', [{ from: sent.from, nonce: sent.nonce, ...call, ...fees }]);
      await request('anvil_stopImpersonatingAccount', [sent.from]);
    }
    await request('evm_mine', []);
    await request('evm_setAutomine', [true]);
    return 'pass';
  };
}

export const faults = {
  resets(random, { reset, note }) {
    const judge = once(random, ({ method }) => {
      note(`reset at ${method}`);
      reset();
      return 'pass';
    });
    // In the middle of what a keeper does, and not always in its first step.
    const isArmed = random.chance(0.6);
    return (asked) => (isArmed && asked.client.startsWith('keeper') ? judge(asked) : 'pass');
  },
  stops(random, { note }) {
    let [before, cut] = [random.below(MOMENTS), 1 + random.below(12)];
    note(`stops after ${before} requests for ${cut}`);
    return () => {
      before -= 1;
      if (before >= 0) return 'pass';
      cut -= 1;
      return cut >= 0 ? 'cut' : 'pass';
    };
  },
  late,
  replaced,
  losses(random, { note }) {
    const how = random.pick(['cut', 'lost', 'swallowed'] as const);
    return ({ method }) => {
      if (method !== SEND || random.chance(0.4)) return 'pass';
      note(`a transaction ${how}`);
      return how;
    };
  },
  kills: (random, { kill, note }) =>
    once(random, ({ client, method }) => {
      const how = random.pick(['cut', 'lost'] as const);
      note(`killed at ${method}, ${how}`);
      kill(client);
      return how;
    }),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
