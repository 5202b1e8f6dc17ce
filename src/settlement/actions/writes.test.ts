// What each action that changes one thing sends, and that it resolves with the transaction in its block.
import { describe, expect, test } from 'vitest';
import { datanetIdOf, modelIdOf, saltOf } from '../identifiers.ts';
import { type FakeClient, fakeClient, WALLET_ADDRESS } from '../testing/fakeClient.ts';
import type { Address, Hex } from '../types/hex.ts';
import { bond } from './bond.ts';
import { cancelThaw } from './cancelThaw.ts';
import { challenge } from './challenge.ts';
import { contribute } from './contribute.ts';
import { createDatanet } from './createDatanet.ts';
import { finalize } from './finalize.ts';
import { propose } from './propose.ts';
import { proposeModel } from './proposeModel.ts';
import { revokeSessionKey } from './revokeSessionKey.ts';
import { setSessionKey } from './setSessionKey.ts';
import { thaw } from './thaw.ts';
import { withdraw } from './withdraw.ts';
import { withdrawCredits } from './withdrawCredits.ts';

type Client = FakeClient['client'];
type ContractName = keyof Client['contracts'];

const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const other: Address = `0x${'8'.repeat(40)}`;
const nobody: Address = `0x${'0'.repeat(40)}`;
const ledger = { epoch: 3n, root: word(1), total: 9n } as never;
const model = { datanets: [word(5)], baseModelDigest: word(6), specificationDigest: word(7), ownerBps: 100, price: 8n };
const pending = {
  ...{ root: word(1), dataDigest: word(2), total: 1n, bond: 40n, activeAt: 0n, epoch: 3n },
  ...{ proposer: other, challenger: nobody, status: 1 },
};
const rows = { datanetId: word(5), rowsRoot: word(6), headerDigest: word(7), rowCount: 8 };

const cases: readonly [
  string,
  (client: Client) => Promise<unknown>,
  { readonly contract: ContractName; readonly args: readonly unknown[]; readonly result?: object },
][] = [
  ['thaw', (client) => thaw(client, { amount: 5n }), { contract: 'inferenceEscrow', args: [5n] }],
  ['cancelThaw', (client) => cancelThaw(client), { contract: 'inferenceEscrow', args: [] }],
  ['withdraw', (client) => withdraw(client), { contract: 'inferenceEscrow', args: [] }],
  [
    'withdrawCredits',
    (client) => withdrawCredits(client, { address: other }),
    { contract: 'inferenceEscrow', args: [other] },
  ],
  [
    'setSessionKey',
    (client) => setSessionKey(client, { signer: other, validUntil: 6, cap: 7n }),
    { contract: 'inferenceEscrow', args: [other, 6n, 7n] },
  ],
  [
    'revokeSessionKey',
    (client) => revokeSessionKey(client, { signer: other }),
    { contract: 'inferenceEscrow', args: [other] },
  ],
  [
    'propose',
    (client) => propose(client, { ledger, dataDigest: word(2) }),
    { contract: 'rewardsDistributor', args: [3n, word(1), 9n, word(2)] },
  ],
  ['finalize', (client) => finalize(client), { contract: 'rewardsDistributor', args: [] }],
  [
    'createDatanet',
    (client) => createDatanet(client, { slug: 'a', metadataDigest: word(4) }),
    {
      contract: 'datanetRegistry',
      args: [saltOf('a'), word(4), nobody, 0n],
      result: { datanetId: datanetIdOf({ creator: WALLET_ADDRESS, slug: 'a' }) },
    },
  ],
  [
    'createDatanet',
    (client) => createDatanet(client, { slug: 'a', metadataDigest: word(4), curator: other, minimumStake: 2n }),
    {
      contract: 'datanetRegistry',
      args: [saltOf('a'), word(4), other, 2n],
      result: { datanetId: datanetIdOf({ creator: WALLET_ADDRESS, slug: 'a' }) },
    },
  ],
  [
    'proposeModel',
    (client) => proposeModel(client, { slug: 'a', ...model }),
    {
      contract: 'modelRegistry',
      args: [saltOf('a'), [word(5)], word(6), word(7), 100, 8n],
      result: { modelId: modelIdOf({ proposer: WALLET_ADDRESS, slug: 'a' }) },
    },
  ],
];

test.each(cases)('%s sends its call and resolves with its confirmation: %#', async (name, act, expected) => {
  const { client, sent } = fakeClient();
  expect(await act(client)).toStrictEqual({ hash: word(1), blockNumber: 7n, gasUsed: 1n, ...expected.result });
  const { address: to } = client.contracts[expected.contract];
  expect(sent).toMatchObject([{ to, name, args: expected.args }]);
});

describe('what a contract takes', () => {
  const takes: readonly [string, (client: Client) => Promise<object>, ContractName, readonly unknown[]][] = [
    ['bond', (client) => bond(client, { amount: 40n }), 'rewardsDistributor', [40n]],
    ['challenge', (client) => challenge(client, { evidenceDigest: word(3) }), 'rewardsDistributor', [word(3)]],
    [
      'contribute',
      (client) => contribute(client, { ...rows, stake: 40n }),
      'datanetRegistry',
      [word(5), word(6), word(7), 8, 40n],
    ],
  ];

  test.each(takes)('by %s is approved first', async (name, act, contract, args) => {
    const { client, sent } = fakeClient({ views: { allowance: 39n, pending } });
    expect(await act(client)).toMatchObject({ hash: word(2), blockNumber: 7n, gasUsed: 1n });
    const { address } = client.contracts[contract];
    expect(sent).toMatchObject([
      { to: client.contracts.openToken.address, name: 'approve', args: [address, 40n] },
      { to: address, name, args },
    ]);
  });

  test.each(takes)('by %s is not approved again when an earlier try did', async (name, act) => {
    const { client, sent } = fakeClient({ views: { allowance: 40n, pending } });
    expect(await act(client)).toMatchObject({ hash: word(1) });
    expect(sent.map((call) => call.name)).toEqual([name]);
  });

  test('is nothing where rows are contributed without a stake', async () => {
    const { client, sent } = fakeClient();
    await contribute(client, rows);
    expect(sent).toMatchObject([{ name: 'contribute', args: [word(5), word(6), word(7), 8, 0n] }]);
  });
});
