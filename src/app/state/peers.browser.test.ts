// The page's node while rooms listen to it, without any relay.
import { afterAll, expect, test } from 'vitest';
import { setConfig } from './config.ts';
import { arrivalFailures, followContributions } from './contributions.ts';
import { peers, restartPeers } from './peers.ts';

afterAll(async () => (await peers()).stop());

test('who listens to the node listens to the one that replaces it', async () => {
  setConfig({});
  await Promise.all([followContributions(), followContributions()]);
  const before = await peers();
  const node = await restartPeers();
  expect(node).not.toBe(before);
  // No contribution: it is heard, and refused.
  const cid = await node.blocks.put(new TextEncoder().encode('nothing'), 'raw');
  await node.announce({ kind: 'contribution', scope: 'tides', cid });
  await expect
    .poll(() => arrivalFailures().map(({ announcement }) => announcement.cid), { timeout: 30_000 })
    .toEqual([cid]);
});
