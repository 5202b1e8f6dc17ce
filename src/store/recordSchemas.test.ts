import { describe, expect, test } from 'vitest';
import {
  isOwnSetting,
  isStoredTable,
  recordFault,
  recordKey,
  type StoredTable,
  storedFault,
  type TableName,
  tableNames,
} from './recordSchemas.ts';
import {
  adapter,
  chat,
  checkpoint,
  contribution,
  model,
  receipt,
  run,
  session,
  voucher,
  message as whole,
} from './testing/records.ts';

const message = () => ({
  id: 'm',
  chatId: 'c',
  role: 'assistant',
  content: 'Lyon.',
  createdAt: 1,
  state: 'done',
  influence: {
    attribution: {
      method: 'dual-ridge-int8-sketch',
      evaluation: { method: 'source-recovery', questions: 9, firstIsSource: 4, sourceInFive: 6 },
      threshold: 0.5,
      chancePpm: 1_000,
      placeboCount: 3,
      influentialCount: 1,
      rows: [
        {
          row: 0,
          account: '0xaa',
          rowHash: 'ab',
          contribution: 'towns',
          position: 0,
          prompt: 'Where?',
          response: 'Lyon.',
          influence: 0.7,
          influential: true,
          verbatimBits: 41.5,
          ppm: 600_000,
        },
      ],
      spans: [{ start: 0, end: 8, bits: 41.5, count: 1, rows: [0] }],
      contributors: [{ account: '0xaa', ppm: 1_000_000 }],
      evidence: [{ account: '0xaa', ppm: 600_000 }],
      unattributedPpm: 400_000,
    },
    spanTexts: ['Lyon.'],
    index: {
      rowCount: 10,
      placeboCount: 3,
      sketchSize: 4_096,
      policy: {
        channelsPpm: [600_000, 200_000, 200_000],
        placeboPercent: 95,
        capPpm: 1_000_000,
        minimumSpanTokens: 8,
        minimumSpanBits: 40,
      },
      evaluation: null,
    },
    names: { '0xaa': 'Ada' },
    manyTurns: false,
  },
});
type Message = ReturnType<typeof message>;
const placeOf = (record: unknown): string | undefined => recordFault('messages', record);

test('what the influence panel shows passes, also as earlier versions stored it', () => {
  expect(placeOf(message())).toBeUndefined();
  const { evidence: _evidence, chancePpm: _chance, ...earlier } = message().influence.attribution;
  expect(placeOf({ ...message(), influence: { ...message().influence, attribution: earlier } })).toBeUndefined();
});

const at = 'influence.attribution.';
test.each<[string, (influence: Message['influence']) => unknown, string]>([
  [
    'an influence without end',
    ({ attribution }) => Object.assign(attribution.rows[0] ?? {}, { influence: 1 / 0 }),
    `${at}rows.0.influence`,
  ],
  [
    'a row without a text',
    ({ attribution }) => Object.assign(attribution.rows[0] ?? {}, { response: 1 }),
    `${at}rows.0.response`,
  ],
  [
    'a share above everything',
    ({ attribution }) => Object.assign(attribution.contributors[0] ?? {}, { ppm: 1_000_001 }),
    `${at}contributors.0.ppm`,
  ],
  ['evidence that is a text', ({ attribution }) => Object.assign(attribution, { evidence: 'all' }), `${at}evidence`],
  [
    'half a share of evidence',
    ({ attribution }) => Object.assign(attribution.evidence[0] ?? {}, { ppm: 0.5 }),
    `${at}evidence.0.ppm`,
  ],
  [
    'a span that ends where it starts',
    ({ attribution }) => Object.assign(attribution.spans[0] ?? {}, { end: 0 }),
    `${at}spans.0`,
  ],
  [
    'a span in no row',
    ({ attribution }) => Object.assign(attribution.spans[0] ?? {}, { rows: [-1] }),
    `${at}spans.0.rows.0`,
  ],
  ['a span without its text', (influence) => influence.spanTexts.pop(), 'influence'],
  ['a policy of two channels', ({ index }) => index.policy.channelsPpm.pop(), 'influence.index.policy.channelsPpm.2'],
  ['a name that is a number', ({ names }) => Object.assign(names, { '0xaa': 1 }), 'influence.names.0xaa'],
])('%s is refused', (_, change, place) => {
  const damaged = message();
  change(damaged.influence);
  expect(placeOf(damaged)).toBe(place);
});

const address = `0x${'ab'.repeat(20)}`;
const failure = { code: 'X', message: '', hint: '', facts: { a: 1 } };
const plan = (change: object) => ({ ...model, plan: { ...model.plan, ...change } });
const { data: contributionData } = contribution as { data: object };
const { data: runData, settings: trainingSettings } = run as { data: object; settings: object };

/** Every kind of record that a room writes. */
const examples: Record<TableName, readonly object[]> = {
  chats: [chat, { ...chat, title: '', adapterId: 'a', compare: true, createdAt: 0, updatedAt: 8.64e15, later: 1 }],
  messages: [
    whole,
    ...['user', 'assistant'].map((role) => ({ ...whole, role })),
    ...['done', 'streaming', 'stopped', 'interrupted', 'failed'].map((state) => ({ ...whole, state })),
    { ...whole, fee: 0n, answerIds: [0, 5], ended: true, cut: false, baseContent: '', receiptId: 'r', voucherId: 'v' },
    { ...whole, modelId: 'm', adapterId: 'a', modelName: 'M', adapterName: 'A' },
    {
      ...whole,
      usage: { promptTokens: 1, completionTokens: 0, prefillMilliseconds: 0.5, decodeMilliseconds: -0.5 },
    },
  ],
  drafts: [
    { key: 'contribution', value: { skippedLines: [], mayShare: true }, updatedAt: 1 },
    {
      key: 'contribution',
      value: {
        datanetId: 'd',
        fileName: 'f',
        text: '',
        file: 'k',
        encoding: 'utf-8',
        mapping: { prompt: 'a' },
        corrections: [[0, 'x']],
        skippedLines: [1],
        droppedLines: [2],
        droppedRows: ['a'],
        keptRows: ['b'],
        licence: 'MIT',
        mayShare: false,
      },
      updatedAt: 1,
    },
    { key: 'contribution/file', value: { key: 'k', bytes: Uint8Array.of(1) }, updatedAt: 1 },
    { key: 'contribution/file', value: { key: 'k', blob: new Blob([]) }, updatedAt: 1 },
    {
      key: 'factory-run',
      value: { name: '', modelId: 'm', chosen: ['d'], settings: trainingSettings, hiddenSize: 1 },
      updatedAt: 1,
    },
    ...['chat', 'chat/1', `chat/${'x'.repeat(100)}`].map((key) => ({ key, value: 'half', updatedAt: 1 })),
  ],
  receipts: [receipt, ...['sent', 'queued', 'no'].map((announced) => ({ ...receipt, announced, cid: 'bafk' }))],
  vouchers: [
    voucher,
    { ...voucher, announced: 'sent', cid: 'bafk', collected: true, payer: address.toUpperCase().replace('0X', '0x') },
  ],
  runs: [
    run,
    ...['running', 'paused', 'done', 'failed', 'cancelled'].map((state) => ({ ...run, state, losses: [] })),
    { ...run, data: { ...runData, adapterId: 'a', error: { ...failure, cause: { ...failure, cause: undefined } } } },
  ],
  checkpoints: [checkpoint, { ...checkpoint, step: 0, bytes: 0 }],
  contributions: [
    contribution,
    ...['published', 'queued', 'registered', 'accepted', 'refused'].map((state) => ({ ...contribution, state })),
    { ...contribution, data: { ...contributionData, announceError: failure, registerError: failure } },
  ],
  adapters: [
    adapter,
    { ...adapter, manifestCid: 'bafy', files: [{ name: 'f', bytes: 0, sha256: 'ab'.repeat(32) }], data: {} },
    {
      ...adapter,
      data: {
        runId: 'r',
        author: 'x',
        modelId: '0x',
        terms: { price: '0', ownerBps: 0 },
        description: '',
        registered: false,
        announceError: failure,
        registerError: failure,
      },
    },
  ],
  models: [
    model,
    ...[
      { kind: 'hub', hub: 'h', repository: 'r', revision: 'v', branch: 'b' },
      { kind: 'url', url: 'https://x' },
      { kind: 'ipfs', cid: 'bafy', gateway: 'https://x' },
      { kind: 'files', name: 'n' },
    ].map((source) => plan({ source })),
    ...['downloading', 'packing', 'done'].map((stage) => plan({ stage, failure, packedBytes: 1, usedAt: 0 })),
    plan({
      files: [
        { name: 'f', bytes: 1 },
        { name: 'f', bytes: 1, sha256: 's', location: { kind: 'http', url: 'u', hub: 'h', lastModified: 'l' } },
        { name: 'f', bytes: 1, location: { kind: 'ipfs', cid: 'c' } },
      ],
      packedUpTo: { tensors: 0, bytes: 0 },
    }),
  ],
  settings: [
    { key: 'chatChoice', value: { modelId: 'm', adapterId: 'a', compare: false } },
    { key: 'relays', value: [] },
    { key: 'relays', value: ['/ip4/127.0.0.1/tcp/1/ws'] },
    { key: 'peersOn', value: true },
    { key: 'rpcUrl', value: 'https://x' },
    { key: 'hub', value: 'http://x' },
    { key: 'device', value: 'cpu' },
    { key: 'arithmetic', value: 'f16' },
    { key: 'wallet', value: 'burner' },
    { key: 'datanets', value: { d: { description: { name: 'D', summary: '', licence: 'MIT' }, mine: true } } },
    { key: 'pendingClaim', value: { address, hash: '0xab', genesisHash: '0x', claimedBefore: '9'.repeat(80) } },
  ],
};

describe('what rooms write', () => {
  test.each(tableNames)('to %s passes, in a copy and in the database', (table) => {
    for (const record of examples[table]) {
      expect(recordFault(table, record), JSON.stringify(Object.keys(record))).toBeUndefined();
      expect(storedFault(table, record)).toBeUndefined();
    }
  });

  test.each(tableNames)('to %s is refused by the name of a field that is something else', (table) => {
    for (const record of examples[table])
      for (const field of Object.keys(record)) {
        if (field === 'later') continue;
        for (const value of [Symbol('odd'), () => 1]) {
          const fault = recordFault(table, { ...record, [field]: value });
          expect(fault?.split('.')[0], `${field} of ${table}`).toMatch(new RegExp(`^(${field}|record)$`));
        }
      }
    for (const record of [undefined, null, 5, 'text']) expect(recordFault(table, record)).toBe('record');
  });

  test('is called by one field', () => {
    for (const table of tableNames) {
      const field = table === 'drafts' || table === 'settings' ? 'key' : 'id';
      const [record] = examples[table] as readonly [Record<string, string>];
      expect(recordKey(table, record)).toBe(record[field]);
    }
  });
});

describe('bounds', () => {
  const chatWith = (change: object): boolean => recordFault('chats', { ...chat, ...change }) === undefined;
  const messageWith = (change: object): boolean => recordFault('messages', { ...whole, ...change }) === undefined;
  const adapterWith = (data: object): boolean => recordFault('adapters', { ...adapter, data }) === undefined;
  const text = (length: number): string => 'x'.repeat(length);

  test.each<[string, (change: never) => boolean, unknown, unknown]>([
    ['a text', (title: string) => chatWith({ title }), text(50_000_000), text(50_000_001)],
    ['a name', (modelId: string) => chatWith({ modelId }), text(10_000), text(10_001)],
    ['a key', (id: string) => chatWith({ id }), text(1_000), text(1_001)],
    ['the shortest key', (id: string) => chatWith({ id }), 'x', ''],
    ['the first moment', (createdAt: number) => chatWith({ createdAt }), 0, -1],
    ['the last moment', (updatedAt: number) => chatWith({ updatedAt }), 8.64e15, 8.64e15 + 1],
    ['a sum', (fee: bigint) => messageWith({ fee }), 0n, -1n],
    ['a token', (id: number) => messageWith({ answerIds: [id] }), 0, -1],
    [
      'hexadecimal bytes',
      (modelId: string) => adapterWith({ modelId }),
      `0x${text(9_998).replaceAll('x', 'a')}`,
      `0x${text(10_000).replaceAll('x', 'a')}`,
    ],
    ['a share', (ppm: number) => placeOfShare(ppm), 1_000_000, 1_000_001],
    ['the smallest share', (ppm: number) => placeOfShare(ppm), 0, -1],
    ['a width', (hiddenSize: number) => draftOf({ hiddenSize }), 1, 0],
    [
      'a relay',
      (relay: string) => recordFault('settings', { key: 'relays', value: [relay] }) === undefined,
      '/a',
      'a/',
    ],
  ])('%s', (_, isTaken, most, more) => {
    expect([isTaken(most as never), isTaken(more as never)]).toEqual([true, false]);
  });

  function placeOfShare(ppm: number): boolean {
    const damaged = message();
    Object.assign(damaged.influence.attribution, { unattributedPpm: ppm });
    return placeOf(damaged) === undefined;
  }
  function draftOf(change: object): boolean {
    const value = { name: '', modelId: 'm', chosen: [], settings: trainingSettings, hiddenSize: 1, ...change };
    return recordFault('drafts', { key: 'factory-run', value, updatedAt: 1 }) === undefined;
  }

  test('a span is not empty', () => {
    const damaged = message();
    Object.assign(damaged.influence.attribution.spans[0] ?? {}, { start: 7, end: 8 });
    expect(placeOf(damaged)).toBeUndefined();
    Object.assign(damaged.influence.attribution.spans[0] ?? {}, { start: 8, end: 8 });
    expect(placeOf(damaged)).toBe('influence.attribution.spans.0');
  });
});

describe('the sums of a voucher', () => {
  const { channel, signed } = voucher as { channel: object; signed: { voucher: object } };
  const other = `0x${'ef'.repeat(20)}`;

  test.each<[string, object]>([
    ['payer', { payer: other }],
    ['signer', { signer: other }],
    ['modelId', { modelId: `0x${'ef'.repeat(32)}` }],
    ['epoch', { epoch: 4n }],
    ['cumulative', { cumulative: 8n }],
  ])('agree in their %s', (field, change) => {
    expect(recordFault('vouchers', { ...voucher, channel: { ...channel, ...change } })).toBe('record');
    const promised = { ...signed, voucher: { ...signed.voucher, ...change } };
    expect(recordFault('vouchers', { ...voucher, signed: promised })).toBe('record');
    // Both alike, and not as the record says; of the signer the record says nothing.
    const both = recordFault('vouchers', { ...voucher, channel: { ...channel, ...change }, signed: promised });
    expect(both).toBe(field === 'signer' ? undefined : 'record');
  });

  test('agree whatever the case of their letters', () => {
    const upper = (text: string): string => `0x${text.slice(2).toUpperCase()}`;
    for (const field of ['payer', 'signer', 'modelId']) {
      const written = (sum: object): object => ({
        ...sum,
        [field]: upper((sum as Record<string, string>)[field] ?? ''),
      });
      expect(recordFault('vouchers', { ...voucher, channel: written(channel) })).toBeUndefined();
      const promised = { ...signed, voucher: written(signed.voucher) };
      expect(recordFault('vouchers', { ...voucher, signed: promised })).toBeUndefined();
      if (field !== 'signer') expect(recordFault('vouchers', written(voucher))).toBeUndefined();
    }
  });
});

describe('in the database', () => {
  test('there are tables of records, and others', () => {
    for (const table of [...tableNames, 'sessions']) expect(isStoredTable(table)).toBe(true);
    for (const table of ['events', 'eventBlocks', 'constructor', '']) expect(isStoredTable(table)).toBe(false);
  });

  const sealed = { kind: 'password', ciphertext: '' };
  const own: readonly [string, unknown, unknown][] = [
    ['burnerKey', 'x', ''],
    ['keyLock', { sealed, passkey: { credentialId: 'c', prfSalt: 's' } }, { sealed: { ...sealed, kind: 'none' } }],
    ['keyLock', { sealed: { ...sealed, kind: 'passkey' } }, 7],
    ['variants', { device: '', choices: [{}], refused: [{}] }, { device: '', choices: [1], refused: [] }],
    ['foreignModels', [{ runtime: 'r', id: 'i', name: 'n' }], [{}]],
    ['setUpPlan/s', { id: 's', amount: 0n, afterBlock: 0n, key: address, capBefore: 0n, sent: { hash: '0x' } }, {}],
  ];
  test.each(own)('the setting %s is this browser’s own', (key, value, damaged) => {
    expect(isOwnSetting(key)).toBe(true);
    expect(storedFault('settings', { key, value })).toBeUndefined();
    expect(storedFault('settings', { key, value: damaged })).toMatch(/^value/);
    expect(recordFault('settings', { key, value })).toBeDefined();
  });

  test('the settings of a copy are not', () => {
    for (const record of examples.settings as readonly { key: string }[]) {
      expect(isOwnSetting(record.key)).toBe(false);
      expect(storedFault('settings', { key: record.key, value: Symbol('odd') })).toBeDefined();
    }
  });

  test('settings and drafts of unknown keys pass', () => {
    for (const key of ['of a later version', 'constructor', 'toString/x', '']) {
      expect(isOwnSetting(key)).toBe(false);
      expect(storedFault('settings', { key, value: 7 })).toBeUndefined();
      expect(recordFault('settings', { key, value: 7 })).toBeDefined();
    }
    for (const key of ['of a later room', 'chat/', `chat/${'x'.repeat(101)}`])
      expect(storedFault('drafts', { key, value: 7, updatedAt: 1 })).toBeUndefined();
    expect(storedFault('drafts', { key: 'chat/1', value: 7, updatedAt: 1 })).toBe('value');
  });

  test('a session may be locked, and in a copy it is open', () => {
    expect(isStoredTable('sessions')).toBe(true);
    const table: StoredTable = 'sessions';
    expect([storedFault(table, session), storedFault(table, { ...session, privateKey: 'x' })]).toEqual([
      undefined,
      undefined,
    ]);
    expect(storedFault(table, { ...session, privateKey: '' })).toBe('privateKey');
    expect(storedFault(table, { ...session, cap: -1n })).toBe('cap');
    expect(storedFault(table, undefined)).toBe('record');
  });
});
