// A browser that keeps one of everything, for tests of safety copies: records of every table, a draft with a file, keys, files of every
// area, a block.
import { base32upper } from 'multiformats/bases/base32';
import { bytesToHex, hexToBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { withBlocks } from '../blockDatabase.ts';
import { database, saveAdapter, saveCheckpoint, writeFile, writeSetting } from '../index.ts';
import { chat, key, message, receipt, run, session, voucher } from './records.ts';

/** No UTF-8, and too long for a line of JSON. */
export const latin1 = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
export const utf16 = Uint8Array.of(0xff, 0xfe, 0x5a, 0x00, 0xf6, 0x00, 0x3d, 0xd8);
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
