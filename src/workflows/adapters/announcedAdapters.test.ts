import { expect, test } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../../test/support/datanet.ts';
import { publishAdapter } from '../../datanet/index.ts';
import type { Cid } from '../../lib/units.ts';
import { type AnnouncedAdapter, receiveAdapter } from './announcedAdapters.ts';

test('adapters that are announced are listed newest first, each once, with those that came meanwhile', async () => {
  const blocks = createMemoryStore();
  const publish = (name: string, timestamp: number) =>
    publishAdapter({
      name,
      licence: 'Apache-2.0',
      base: { name: 'seedling', sha256: 'ab'.repeat(32) },
      config: { r: 8, lora_alpha: 16, target_modules: ['q_proj'], bias: null },
      weights: Uint8Array.of(1),
      index: null,
      datanets: ['facts'],
      contributions: [],
      training: { seed: 7, losses: [2.5], learningRate: 0.001 },
      signer: createTestSigner(1),
      blocks,
      files: blocks,
      timestamp,
    });
  const [old, middle, recent] = [
    await publish('old', 1_000),
    await publish('middle', 2_000),
    await publish('new', 3_000),
  ];
  let listed: readonly AnnouncedAdapter[] = [];
  const hear = async (cid: Cid): Promise<void> => {
    listed = await receiveAdapter({ cid, known: () => listed, blocks, verify });
  };
  await hear(middle.cid);
  // Two at once: neither loses the other.
  await Promise.all([hear(old.cid), hear(recent.cid)]);
  await hear(middle.cid);
  expect(listed.map(({ manifest }) => manifest.name)).toStrictEqual(['new', 'middle', 'old']);
  expect(listed[1]).toStrictEqual({ cid: middle.cid, manifest: middle.manifest });

  const forged = await blocks.put(Uint8Array.of(0xa0), 'dag-cbor');
  await expect(hear(forged)).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  expect(listed).toHaveLength(3);
});
