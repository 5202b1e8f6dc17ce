import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type NodeKeeping, startNodePeers } from './node.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'tributary-node-'));
  cleanups.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function start(parameters: Parameters<typeof startNodePeers>[0]) {
  const peers = await startNodePeers(parameters);
  cleanups.push(() => peers.stop());
  return peers;
}

const keeping: NodeKeeping = {
  opened: async () => [],
  admit: async () => ({ outcome: 'kept' }),
  isKept: () => true,
  forget: () => undefined,
};

it('one that does not start lets go of its port and its folder', async () => {
  const at = await folder();
  const first = await startNodePeers({ folder: at, listen: ['/ip4/127.0.0.1/tcp/0/ws'] });
  const [address = ''] = first.multiaddrs();
  await first.stop();
  await first.stop();
  const listen = [address.replace(/\/p2p\/.*/, '')];
  const opened = () => Promise.reject(new Error('no list'));
  await expect(startNodePeers({ folder: at, listen, keeping: { ...keeping, opened } })).rejects.toThrow('no list');
  const again = await start({ folder: at, listen, keeping });
  expect([again.multiaddrs(), again.id]).toEqual([[address], first.id]);
});

it('deletes blocks, skips those it does not have, and says when the disk has no room', async () => {
  const at = await folder();
  const node = await start({ folder: at });
  const cid = await node.blocks.put(Uint8Array.of(1), 'raw');
  await node.deleteBlocks([cid]);
  await node.deleteBlocks([cid]);
  expect(await node.blocks.has(cid)).toBe(false);
  expect(await readdir(at)).toEqual(expect.arrayContaining(['blocks', 'data', 'state']));
  await node.requireSpace(0);
  await expect(node.requireSpace(1e18)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
});

it('says that another program has its folder', async () => {
  const at = await folder();
  await start({ folder: at });
  await expect(startNodePeers({ folder: at })).rejects.toMatchObject({ code: 'FOLDER_IN_USE' });
});
