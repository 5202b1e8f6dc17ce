// The page's node while rooms listen to it, without any relay.
import { afterAll, expect, test } from 'vitest';
import { readSetting, writeSetting } from '../../store/index.ts';
import { setConfig } from './config.ts';
import { arrivalFailures, followContributions } from './contributions.ts';
import { peers, peersView, restartPeers, stopPeers } from './peers.ts';
import { settingKeys } from './settingKeys.ts';

afterAll(async () => (await peers()).stop());

test('a room that listens starts no node before one was wanted in this browser, and one afterwards, until it is stopped', async () => {
  setConfig({});
  await followContributions();
  expect(peersView().status).toBe('idle');
  await peers();
  expect(peersView().status).toBe('alone');
  await expect.poll(() => readSetting(settingKeys.peersOn)).toBe(true);

  await stopPeers();
  await followContributions();
  expect(peersView()).toEqual({ status: 'idle', connections: [], pending: [], deliveries: [] });

  // What is remembered at the next visit.
  await writeSetting(settingKeys.peersOn, true);
  await followContributions();
  expect(peersView().status).toBe('alone');
});

test('who listens to the node listens to the one that replaces it', async () => {
  setConfig({});
  await Promise.all([followContributions(), followContributions()]);
  const before = await peers();
  const node = await restartPeers();
  expect(node).not.toBe(before);
  // No contribution: it is heard, and refused.
  const cid = await node.blocks.put(new TextEncoder().encode('nothing'), 'raw');
  await node.announce({ kind: 'contribution', scope: 'tides', cid });
  await expect.poll(() => arrivalFailures().map(({ announcement }) => announcement.cid)).toEqual([cid]);
});
