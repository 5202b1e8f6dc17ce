// The node of this page, started by the first room that needs it (`import()`: the heaviest part of the app). Without a relay
// it still keeps blocks and queues announcements. State is one signal.
import { createSignal } from 'solid-js';
import type { Announcement, Delivery, PeerConnection, Peers } from '../../peers/index.ts';
import { deleteSetting, readSetting, writeSetting } from '../../store/index.ts';
import { config } from './config.ts';
import { settingKeys } from './settingKeys.ts';

export interface PeersView {
  /** `alone`: running, but no relay is configured. */
  readonly status: 'idle' | 'starting' | 'alone' | 'connecting' | 'online' | 'offline' | 'failed';
  readonly id?: string;
  readonly connections: readonly PeerConnection[];
  /** Announcements of this browser that no relay keeps yet. */
  readonly pending: readonly Announcement[];
  /** Its newest announcements with what relays said to them. */
  readonly deliveries: readonly Delivery[];
  readonly error?: unknown;
}

const NOTHING = { connections: [], pending: [], deliveries: [] } as const;

const [view, setView] = createSignal<PeersView>({ status: 'idle', ...NOTHING });
/** Connections, queue, state of the node. */
export const peersView = view;

let started: Promise<Peers> | undefined;
/** The running node that followers are given. */
let running: Peers | undefined;
const followers = new Set<(node: Peers) => void>();

/** Relay addresses: the person's own, or those of the configuration. */
export async function relayAddresses(): Promise<readonly string[]> {
  return (await readSetting<readonly string[]>(settingKeys.relays)) ?? config().relays;
}

/** Replaces the relay addresses (undefined: back to the configuration's) and starts the node again. */
export async function setRelayAddresses(addresses: readonly string[] | undefined): Promise<void> {
  if (addresses === undefined) await deleteSetting(settingKeys.relays);
  else await writeSetting(settingKeys.relays, addresses);
  if (started !== undefined) await restartPeers();
}

async function start(): Promise<Peers> {
  setView({ status: 'starting', ...NOTHING });
  const [{ startPeers }, relays] = await Promise.all([import('../../peers/index.ts'), relayAddresses()]);
  const peers = await startPeers({
    relays,
    allowLocal: config().allowLocal || ['localhost', '127.0.0.1'].includes(location.hostname),
  });
  const show = (): void => {
    setView({
      status: relays.length === 0 ? 'alone' : peers.state(),
      id: peers.id,
      connections: peers.connections(),
      pending: peers.pending(),
      deliveries: peers.deliveries(),
    });
  };
  peers.onChange(show);
  show();
  running = peers;
  for (const follow of followers) follow(peers);
  return peers;
}

/** The running node. The first call starts it. */
export function peers(): Promise<Peers> {
  if (started === undefined) {
    started = start();
    started.catch((error: unknown) => {
      started = undefined;
      setView({ status: 'failed', ...NOTHING, error });
    });
  }
  return started;
}

/** Stops and starts the node: "try again" of the peers panel. */
export async function restartPeers(): Promise<Peers> {
  const before = started;
  started = undefined;
  running = undefined;
  const node = await before?.catch(() => undefined);
  await node?.stop();
  return peers();
}

/** Starts the node and gives it to `follow`, and later every node that replaces it: what listens to a node ends with it. */
export async function followPeers(follow: (node: Peers) => void): Promise<void> {
  await peers();
  if (followers.has(follow)) return;
  followers.add(follow);
  if (running !== undefined) follow(running);
}
