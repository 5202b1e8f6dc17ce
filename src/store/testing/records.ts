// Records as rooms write them, one of each table, for tests of whoever reads or writes tables.
import type {
  ChatRecord,
  ContributionRecord,
  MessageRecord,
  ReceiptRecord,
  RunRecord,
  VoucherRecord,
} from '../database.ts';

const address = `0x${'ab'.repeat(20)}`;
export const key = `0x${'11'.repeat(32)}`;
const hash = `0x${'cd'.repeat(32)}`;
export const chat: ChatRecord = { id: 'c', title: 'Boats', modelId: 'seedling', createdAt: 1, updatedAt: 2 };
export const message: MessageRecord = {
  id: 'm',
  chatId: 'c',
  role: 'assistant',
  content: 'Zwölf “Boote”\u2028\n',
  createdAt: 1,
  state: 'done',
  fee: 12345678901234567890n,
};
export const receipt: ReceiptRecord = {
  id: 'ab'.repeat(32),
  messageId: 'm',
  adapterId: 'a',
  createdAt: 1,
  bytes: Uint8Array.of(1, 2, 255),
  announced: 'no',
  salt: Uint8Array.of(9),
};
const sum = { payer: address, signer: address, modelId: hash, epoch: 3n, cumulative: 7n };
export const voucher: VoucherRecord = {
  id: `${hash}:${address}:${hash}:3`,
  payer: address,
  modelId: hash,
  epoch: '3',
  cumulative: 7n,
  channel: { ...sum, receipts: [], amounts: [] },
  signed: { voucher: { ...sum, count: 0n, receiptsRoot: hash }, signature: hash, receipts: [] },
  announced: 'no',
  updatedAt: 1,
};
const trainingSettings = { rank: 8, alpha: 16, learningRate: 0.004, epochs: 1, batchSize: 8, seed: 1, maxSteps: 0 };
export const run: RunRecord = {
  id: '0011223344556677',
  name: 'Towns',
  modelId: 'seedling',
  datanetIds: ['d'],
  settings: trainingSettings,
  state: 'cancelled',
  step: 3,
  totalSteps: 9,
  losses: [[1, 2.5]],
  createdAt: 1,
  updatedAt: 2,
  data: {
    modelName: 'Seedling',
    sources: [{ datanetId: 'd', source: 's', rowCount: 2 }],
    rowsDigest: 'x',
    rowCount: 2,
    tokens: 10,
    milliseconds: 3.5,
    checkpointStep: 0,
  },
};
export const session = {
  id: `${hash}:${address}`,
  payer: address,
  address,
  privateKey: key,
  validUntil: 9,
  cap: 10n ** 19n,
};

export const contribution: ContributionRecord = {
  id: 'k',
  datanetId: 'd',
  contributor: 'x',
  rows: 1,
  mine: true,
  state: 'published',
  createdAt: 1,
  data: {
    header: {
      v: 1,
      type: 'contribution',
      datanet: 'd',
      author: 'x',
      parents: [],
      seq: 0,
      rows: [],
      count: 1,
      bytes: 1,
      rowsRoot: '',
      schema: '',
      license: '',
      ts: 1,
      sig: '',
    },
  },
};
export const checkpoint = { id: `${run.id}-3`, runId: run.id, step: 3, bytes: 1, createdAt: 1 };
export const adapter = { id: 'a', name: 'Towns', modelId: 'm', datanetIds: [], createdAt: 1, files: [] };
export const model = {
  id: 'm',
  plan: {
    id: 'm',
    name: 'M',
    source: { kind: 'offered' },
    format: 'gguf',
    packing: { weights: 'q4_0', embedding: 'q8_0', head: 'q8_0' },
    files: [],
    createdAt: 1,
    stage: 'done',
    doneBytes: 0,
    expectedBytes: 0,
    paused: false,
    failure: null,
  },
};
