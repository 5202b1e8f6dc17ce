// A browser that keeps one of everything, for tests of safety copies: records of every table, a draft with a file, keys, files of every
// area, a block.
import { base32upper } from 'multiformats/bases/base32';
import { bytesToHex, hexToBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { withBlocks } from '../blockDatabase.ts';
import { database, saveAdapter, saveCheckpoint, writeFile, writeSetting } from '../index.ts';

const address = `0x${'ab'.repeat(20)}`;
export const key = `0x${'11'.repeat(32)}`;
const hash = `0x${'cd'.repeat(32)}`;
export const chat = { id: 'c', title: 'Boats', modelId: 'seedling', createdAt: 1, updatedAt: 2 };
export const message = {
  id: 'm',
  chatId: 'c',
  role: 'assistant' as const,
  content: 'Zwölf “Boote”\u2028\n',
  createdAt: 1,
  state: 'done' as const,
  fee: 12345678901234567890n,
};
export const receipt = {
  id: 'ab'.repeat(32),
  messageId: 'm',
  adapterId: 'a',
  createdAt: 1,
  bytes: Uint8Array.of(1, 2, 255),
  announced: 'no' as const,
  salt: Uint8Array.of(9),
};
const sum = { payer: address, signer: address, modelId: hash, epoch: 3n, cumulative: 7n };
export const voucher = {
  id: `${hash}:${address}:${hash}:3`,
  payer: address,
  modelId: hash,
  epoch: '3',
  cumulative: 7n,
  channel: { ...sum, receipts: [], amounts: [] },
  signed: { voucher: { ...sum, count: 0n, receiptsRoot: hash }, signature: hash, receipts: [] },
  announced: 'no' as const,
  updatedAt: 1,
};
const settings = { rank: 8, alpha: 16, learningRate: 0.004, epochs: 1, batchSize: 8, seed: 1, maxSteps: 0 };
export const run = {
  id: '0011223344556677',
  name: 'Towns',
  modelId: 'seedling',
  datanetIds: ['d'],
  settings,
  state: 'cancelled' as const,
  step: 3,
  totalSteps: 9,
  losses: [[1, 2.5] as const],
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
/** No UTF-8, and too long for a line of JSON. */
export const latin1 = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
export const utf16 = Uint8Array.of(0xff, 0xfe, 0x5a, 0x00, 0xf6, 0x00, 0x3d, 0xd8);
export const session = {
  id: `${hash}:${address}`,
  payer: address,
  address,
  privateKey: key,
  validUntil: 9,
  cap: 10n ** 19n,
};

/** Writes them all. */
export async function fillBrowser(): Promise<void> {
  const tables = database();
  await tables.chats.put(chat);
  await tables.messages.put(message);
  await tables.receipts.put(receipt);
  await tables.vouchers.put(voucher);
  await tables.runs.put(run);
  await tables.sessions.put(session);
  await tables.drafts.put({ key: 'chat', value: 'half a question', updatedAt: 1 });
  await tables.drafts.put({
    key: 'contribution/file',
    value: { key: 'k', bytes: latin1 },
    updatedAt: 1,
  });
  await writeSetting('burnerKey', key);
  await writeSetting('wallet', 'burner');
  await saveAdapter(
    { id: 'trained/1', name: 'Towns', modelId: 'seedling', datanetIds: ['d'], createdAt: 1, data: { runId: run.id } },
    {
      'adapter_config.json': new TextEncoder().encode('{}'),
      'adapter_model.safetensors': new Uint8Array(70_000).fill(7),
    },
  );
  await saveCheckpoint(run.id, 3, new Uint8Array(50_000).fill(3));
  await writeFile('models', 'weights', new Uint8Array(5_000_000).fill(5), { title: 'Weights' });
  await withBlocks((blocks) => blocks.put(blockName, blockBytes));
}
export const blockBytes = new TextEncoder().encode('abc');
export const blockName = base32upper.encode(hexToBytes(`1220${bytesToHex(sha256(blockBytes))}`));
