// The node of this page, loaded when something is published or fetched, or somebody asks for peers (`import()`: the heaviest part
// of the app). In a browser where that has happened, rooms that show what peers announce start it by themselves, until it is
// stopped. Without a relay it still keeps blocks and queues announcements. State is one signal.
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
    // A node that was stopped or replaced says no more.
    if (running !== peers) return;
    setView({
      status: relays.length === 0 ? 'alone' : peers.state(),
      id: peers.id,
      connections: peers.connections(),
      pending: peers.pending(),
      deliveries: peers.deliveries(),
    });
  };
  running = peers;
  peers.onChange(show);
  show();
  for (const follow of followers) follow(peers);
  // On a full disk it is not remembered, and somebody asks for peers once more at the next visit.
  writeSetting(settingKeys.peersOn, true).catch(() => undefined);
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

async function endNode(): Promise<void> {
  const before = started;
  started = undefined;
  const node = await before?.catch(() => undefined);
  if (running === node) running = undefined;
  await node?.stop();
}

/** Stops and starts the node: "try again" of the peers panel. */
export async function restartPeers(): Promise<Peers> {
  await endNode();
  return peers();
}

/** Stops the node until something needs it again. */
export async function stopPeers(): Promise<void> {
  await endNode();
  await deleteSetting(settingKeys.peersOn);
  if (started === undefined) setView({ status: 'idle', ...NOTHING });
}

/** Starts the node and gives it to `follow`, and later every node that replaces it: what listens to a node ends with it. */
export async function followPeers(follow: (node: Peers) => void): Promise<void> {
  await peers();
  hear(follow);
}

/** As `followPeers`, but starts no node in a browser where none was wanted so far: `follow` is given the first one that is. */
export async function followPeersIfOn(follow: (node: Peers) => void): Promise<void> {
  if (started === undefined && (await readSetting<boolean>(settingKeys.peersOn)) === true) await peers();
  hear(follow);
}

function hear(follow: (node: Peers) => void): void {
  if (followers.has(follow)) return;
  followers.add(follow);
  if (running !== undefined) follow(running);
}
