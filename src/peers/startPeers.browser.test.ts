// The page's node without any relay: stores, identity, queue, limits. Two nodes over a relay are tested in relay/ and e2e.
import { expect, it, vi } from 'vitest';
import { collectBytes } from '../lib/bytes.ts';
import type { Cid } from '../lib/units.ts';
import { startPeers } from './startPeers.ts';
import type { ReceivedAnnouncement } from './types.ts';

const missing = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5a' as Cid;

it('keeps identity, blocks, files, queue and heads over a restart', async () => {
  const name = `test-${crypto.randomUUID()}`;
  const first = await startPeers({ relays: [], name });
  const cid = await first.blocks.put(new TextEncoder().encode('hello world'), 'raw');
  // The same as any IPFS tool gives; the file of one chunk is that chunk.
  expect(cid).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');
  expect(await first.blocks.putFile(new TextEncoder().encode('hello world'))).toBe(cid);
  const large = new Uint8Array(3_000_000);
  const file = await first.blocks.putFile(large);
  expect(file).toBe('bafybeigmdn54ysmbug2zhflk2dygoxlh6yn2tnjmaoyp55mtxqvje7erxi');
  expect(await first.announce({ kind: 'contribution', scope: 'facts', cid })).toBe('queued');
  expect([first.state(), first.connections()]).toEqual(['offline', []]);
  await first.stop();

  const second = await startPeers({ relays: [], name });
  expect(second.id).toBe(first.id);
  expect(new TextDecoder().decode(await second.blocks.get(cid))).toBe('hello world');
  expect((await collectBytes(second.blocks.readFile(file, { maxBytes: 3_000_000 }))).byteLength).toBe(3_000_000);
  await expect(collectBytes(second.blocks.readFile(file, { maxBytes: 2_999_999 }))).rejects.toMatchObject({
    code: 'FILE_TOO_LARGE',
  });
  expect(second.pending()).toEqual([{ kind: 'contribution', scope: 'facts', cid }]);
  const heard: ReceivedAnnouncement[] = [];
  second.subscribe((announcement) => heard.push(announcement));
  expect(heard).toEqual([{ kind: 'contribution', scope: 'facts', cid, provider: first.id, via: 'heads' }]);

  // Another tab of the same page: its own identity, the same blocks.
  const tab = await startPeers({ relays: [], name });
  expect(tab.id).not.toBe(second.id);
  expect(await tab.blocks.has(cid)).toBe(true);
  await tab.stop();
  await second.stop();
});

it('answers with typed errors', async () => {
  const name = `test-${crypto.randomUUID()}`;
  await expect(startPeers({ relays: ['/ip4/127.0.0.1/tcp/1/ws'], name })).rejects.toMatchObject({
    code: 'RELAY_ADDRESS_INVALID',
  });
  const peers = await startPeers({ relays: [], name });
  await expect(peers.blocks.get(missing, { timeoutMilliseconds: 200 })).rejects.toMatchObject({
    code: 'BLOCK_NOT_FOUND',
    message: 'No one online has these bytes.',
  });
  await expect(
    collectBytes(peers.blocks.readFile(missing, { maxBytes: 1, timeoutMilliseconds: 200 })),
  ).rejects.toMatchObject({
    code: 'BLOCK_NOT_FOUND',
  });
  const abort = new AbortController();
  const getting = peers.blocks.get(missing, { signal: abort.signal });
  abort.abort();
  await expect(getting).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(peers.blocks.get('nonsense' as Cid)).rejects.toMatchObject({ code: 'CID_INVALID' });
  await expect(peers.announce({ kind: 'contribution', scope: 'x'.repeat(257), cid: missing })).rejects.toMatchObject({
    code: 'ANNOUNCEMENT_INVALID',
  });
  await expect(peers.connectTo('12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp')).rejects.toMatchObject({
    code: 'PEER_UNREACHABLE',
  });
  expect(peers.pending()).toEqual([]);
  await peers.stop();
});

/** Resolves to whether nobody has this database open any more. */
function isClosed(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(name);
    deleting.onsuccess = () => resolve(true);
    deleting.onblocked = () => resolve(false);
  });
}

it('each tab is a node of its own, and the first place that is free is taken again', async () => {
  const name = `test-${crypto.randomUUID()}`;
  const [one, two] = [await startPeers({ relays: [], name }), await startPeers({ relays: [], name })];
  const ids = [one.id, two.id];
  await one.stop();
  const again = await startPeers({ relays: [], name });
  const three = await startPeers({ relays: [], name });
  expect([again.id, ids.includes(three.id), new Set([...ids, three.id]).size]).toEqual([ids[0], false, 3]);
  for (const peers of [two, again, three]) await peers.stop();
  // Nothing is left open, or the page could not be erased.
  for (const store of ['blocks', 'peers', 'node-0', 'node-1', 'node-2'])
    expect(await isClosed(`${name}-${store}`), store).toBe(true);
});

it('one that cannot start leaves its place and its stores', async () => {
  const name = `test-${crypto.randomUUID()}`;
  const open = vi.spyOn(indexedDB, 'open');
  const { open: opening } = IDBFactory.prototype;
  open.mockImplementation((store, version) => {
    if (store === `${name}-peers`) throw new DOMException('private window', 'SecurityError');
    return opening.call(indexedDB, store, version);
  });
  await expect(startPeers({ relays: [], name })).rejects.toMatchObject({ name: 'SecurityError' });
  open.mockRestore();
  for (const store of ['blocks', 'node-0']) expect(await isClosed(`${name}-${store}`), store).toBe(true);
  expect((await navigator.locks.query()).held?.filter((lock) => lock.name?.startsWith(name))).toEqual([]);
  await (await startPeers({ relays: [], name })).stop();
});

it('tries relays again at once when the network or the page is back', async () => {
  const relay = '/ip4/127.0.0.1/tcp/1/ws/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
  const peers = await startPeers({ relays: [relay], name: `test-${crypto.randomUUID()}`, allowLocal: true });
  expect(peers.state()).toBe('connecting');
  const wakes: Record<string, () => void> = {
    online: () => dispatchEvent(new Event('online')),
    pageshow: () => dispatchEvent(new Event('pageshow')),
    visibilitychange: () => document.dispatchEvent(new Event('visibilitychange')),
  };
  for (const [name, wake] of Object.entries(wakes)) {
    await expect.poll(() => peers.state()).toBe('offline');
    wake();
    // In the same turn: a pause that ends by itself is a turn of its own.
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
    expect(peers.state(), name).toBe('connecting');
  }
  const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  await expect.poll(() => peers.state()).toBe('offline');
  wakes['visibilitychange']?.();
  for (let step = 0; step < 20; step += 1) await Promise.resolve();
  expect(peers.state()).toBe('offline');
  hidden.mockRestore();
  await peers.stop();
});
