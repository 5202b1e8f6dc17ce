import { expect, test } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { ledgerCid } from '../../settlement/index.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { word } from '../testing/fakeChain.ts';
import { peerLedgers } from './peerLedgers.ts';

type Node = Awaited<ReturnType<Parameters<typeof peerLedgers>[0]>>;

const bytes = Uint8Array.of(1, 2);

function world(failure?: unknown) {
  const calls: unknown[] = [];
  const node = {
    blocks: answeringLate({
      async get(cid: string, options: unknown) {
        calls.push(['get', cid, options]);
        if (failure !== undefined) throw failure;
        return bytes;
      },
      async put(given: Uint8Array, codec: string) {
        calls.push(['put', given, codec]);
        return 'cid';
      },
    }),
    ...answeringLate({
      async announce(announcement: unknown) {
        calls.push(['announce', announcement]);
      },
    }),
  } as unknown as Node;
  return { ledgers: peerLedgers(async () => node), calls };
}

test('a ledger is read by the block that its digest names, as long as its reader wants', async () => {
  const { ledgers, calls } = world();
  const { signal } = new AbortController();
  expect(await ledgers.read(word(5), { signal })).toBe(bytes);
  expect(calls).toStrictEqual([['get', ledgerCid(word(5)), { signal }]]);
});

test('a block that nobody has is no ledger; any other failure is one', async () => {
  const failure = (code: string) => new TributaryError({ code, message: '', hint: '' });
  expect(await world(failure('BLOCK_NOT_FOUND')).ledgers.read(word(5))).toBeUndefined();
  await expect(world(failure('PEERS_STOPPED')).ledgers.read(word(5))).rejects.toMatchObject({ code: 'PEERS_STOPPED' });
});

test('a ledger is published when it is stored and announced', async () => {
  const { ledgers, calls } = world();
  await ledgers.publish(bytes, word(5));
  expect(calls).toStrictEqual([
    ['put', bytes, 'raw'],
    ['announce', { kind: 'ledger', scope: '', cid: 'cid' }],
  ]);
});
