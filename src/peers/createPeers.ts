// `Peers` over a started Helia node: what the browser's node, Node's and the relay have in common.
import type { HeliaWithLibp2p } from '@helia/libp2p';
import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub';
import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { anySignal } from '../lib/anySignal.ts';
import { TributaryError, toTributaryError } from '../lib/errors.ts';
import type { Cid } from '../lib/units.ts';
import { createBlocks } from './createBlocks.ts';
import { answerHeads, type ClosableStream, pullHeads } from './headsExchange.ts';
import { type Head, openHeadsLog } from './headsLog.ts';
import { type KeptConnection, keepConnected, parseRelays } from './keepConnected.ts';
import {
  announcementKey,
  decodeAnnouncement,
  decodeHead,
  encodeAnnouncement,
  encodeHead,
  HEADS_PROTOCOL,
  HEADS_TOPIC,
  type HeadsRequest,
} from './protocol.ts';
import type { StateStore } from './stateStore.ts';
import type { Announcement, PeerConnection, Peers, PeersState, ReceivedAnnouncement } from './types.ts';

const QUEUE_PREFIX = 'pending/';
const OWN_PREFIX = 'own/';
const DIAL_TIMEOUT_MILLISECONDS = 20_000;
/** Direct connections that are opened unasked, to providers of announcements. */
const MAXIMUM_DIRECT = 12;
const MAXIMUM_DIALS = 2;
const MAXIMUM_ATTEMPTS = 5;
const FIRST_REST_MILLISECONDS = 2_000;
const RECENT_HEADS = 16;
/** Until a fresh connection carries gossip. */
const GOSSIP_START_MILLISECONDS = 3_000;
const FIRST_PULL_MILLISECONDS = 1_000;
const LONGEST_PULL_MILLISECONDS = 16_000;
/** Own announcements that are made again when a relay does not know them. */
const MAXIMUM_OWN = 500;

export interface CreatePeersParameters {
  readonly helia: HeliaWithLibp2p<{ pubsub: GossipSub }>;
  readonly state: StateStore;
  readonly relays: readonly string[];
  readonly bootstrapHttp?: string | undefined;
  /** Whether this node dials providers by WebRTC through its relays. */
  readonly dialsProviders: boolean;
  /**
   * Judges an announcement before it is listed and told to others; a relay verifies and pins here. Default: every
   * well-formed one. Must not throw.
   */
  readonly admit?: (announcement: ReceivedAnnouncement) => Promise<boolean>;
  /** Registers what wakes the node (network back, page visible); returns the end of it. */
  readonly onWake?: (wake: () => void) => () => void;
  readonly close: () => Promise<void>;
}

/** What a relay needs besides: the heads it lists. */
export interface PeersWithHeads extends Peers {
  heads(): readonly Head[];
  multiaddrs(): readonly string[];
}

export async function createPeers(parameters: CreatePeersParameters): Promise<PeersWithHeads> {
  const { helia, state, bootstrapHttp, dialsProviders, admit, onWake, close } = parameters;
  const { libp2p } = helia;
  const { pubsub } = libp2p.services;
  const id = libp2p.peerId.toString();
  const log = await openHeadsLog({ state });
  const relays = new Map(parseRelays(parameters.relays).map((relay) => [relay.id, relay]));
  const kept = new Map<string, { readonly connection: KeptConnection; state: string }>();
  const listeners = new Set<(announcement: ReceivedAnnouncement) => void>();
  const changeListeners = new Set<() => void>();
  const providers = new Map<Cid, string>();
  const cursors = new Map<string, HeadsRequest>();
  const pending = new Map<string, Announcement>();
  const own = new Map<string, Announcement>();
  let stopped = false;

  for (const [key, bytes] of await state.entries()) {
    const head = key.startsWith(QUEUE_PREFIX) || key.startsWith(OWN_PREFIX) ? decodeHead(bytes) : null;
    if (head === null) continue;
    const { kind, scope, cid } = head;
    (key.startsWith(QUEUE_PREFIX) ? pending : own).set(announcementKey(head), { kind, scope, cid });
  }
  for (const head of log.all()) providers.set(head.cid, head.provider);

  const changed = (): void => {
    for (const listener of changeListeners) listener();
  };

  // ---- announcements ----

  const judging = new Set<string>();
  async function learn(head: Head, via: ReceivedAnnouncement['via']): Promise<void> {
    const key = announcementKey(head);
    if (log.has(head) || judging.has(key)) return;
    judging.add(key);
    try {
      const announcement: ReceivedAnnouncement = { ...head, via };
      providers.set(head.cid, head.provider);
      if (admit !== undefined && !(await admit(announcement))) return;
      if (stopped || !(await log.add(head))) return;
      for (const listener of listeners) listener(announcement);
      if (dialsProviders && (head.kind === 'contribution' || head.kind === 'adapter')) offerDial(head.provider);
    } finally {
      judging.delete(key);
    }
  }

  pubsub.topicValidators.set(HEADS_TOPIC, (_, message) =>
    message.type === 'signed' && decodeAnnouncement(message.data) !== null
      ? TopicValidatorResult.Accept
      : TopicValidatorResult.Reject,
  );
  const onMessage = (
    event: CustomEvent<{ topic: string; type: string; data: Uint8Array; from?: { toString(): string } }>,
  ): void => {
    const { topic, data, from } = event.detail;
    const announcement = topic === HEADS_TOPIC ? decodeAnnouncement(data) : null;
    if (announcement !== null && from !== undefined)
      void learn({ ...announcement, provider: from.toString() }, 'gossip');
  };
  pubsub.addEventListener('message', onMessage as EventListener);
  pubsub.subscribe(HEADS_TOPIC);

  let flushing: Promise<void> | undefined;
  /** Sends what is queued, if anyone listens. Concurrent calls share one run. */
  async function flush(): Promise<void> {
    flushing ??= (async () => {
      for (const [key, announcement] of pending) {
        if (stopped || pubsub.getSubscribers(HEADS_TOPIC).length === 0) return;
        const { recipients } = await pubsub.publish(HEADS_TOPIC, encodeAnnouncement(announcement));
        // A peer that is online now may tell nobody; only a relay tells those who come later.
        if (!recipients.some((peer) => relays.size === 0 || relays.has(peer.toString()))) continue;
        pending.delete(key);
        await state.delete(QUEUE_PREFIX + key);
        changed();
      }
    })().finally(() => {
      flushing = undefined;
    });
    await flushing;
  }

  async function queue(announcement: Announcement): Promise<void> {
    const key = announcementKey(announcement);
    pending.set(key, announcement);
    await state.put(QUEUE_PREFIX + key, encodeHead({ ...announcement, provider: id }));
  }

  /** Resolves when the announcement has left the queue, at the latest after `GOSSIP_START_MILLISECONDS`. */
  function leftQueue(key: string): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (pending.has(key)) return;
        end();
      };
      const end = (): void => {
        clearTimeout(timer);
        changeListeners.delete(check);
        resolve();
      };
      const timer = setTimeout(end, GOSSIP_START_MILLISECONDS);
      changeListeners.add(check);
      check();
    });
  }

  async function rememberOwn(announcement: Announcement): Promise<void> {
    const key = announcementKey(announcement);
    own.set(key, announcement);
    await state.put(OWN_PREFIX + key, encodeHead({ ...announcement, provider: id }));
    for (const oldest of own.keys()) {
      if (own.size <= MAXIMUM_OWN) break;
      own.delete(oldest);
      await state.delete(OWN_PREFIX + oldest);
    }
  }

  // ---- heads of others ----

  const opener =
    (peer: string) =>
    async (signal: AbortSignal): Promise<ClosableStream> =>
      libp2p.dialProtocol(peerIdFromString(peer), HEADS_PROTOCOL, { signal });

  const pulling = new Set<string>();
  /** Learns what `peer` has come to know since the last time. */
  async function pull(peer: string): Promise<void> {
    if (pulling.has(peer)) return;
    pulling.add(peer);
    try {
      for await (const page of pullHeads(opener(peer), cursors.get(peer) ?? { epoch: '', after: 0 })) {
        for (const head of page.heads) await learn(head, 'heads');
        cursors.set(peer, { epoch: page.epoch, after: page.last });
        if (!relays.has(peer)) break; // one page of a browser's: it could list without end
      }
    } finally {
      pulling.delete(peer);
    }
  }

  /** Makes own announcements again that the relay has lost, as after a move to another folder. */
  async function announceLost(relayId: string): Promise<void> {
    if (own.size === 0) return;
    const listed = new Set<string>();
    for await (const page of pullHeads(opener(relayId), { epoch: '', after: 0 })) {
      for (const head of page.heads) listed.add(announcementKey(head));
    }
    for (const [key, announcement] of own) if (!listed.has(key)) await queue(announcement);
    await flush();
  }

  // Between a relay's first answer and the moment when gossip reaches this node, an announcement can pass it by; a short
  // question now and then (no heads, no cost) closes the gap, and mends what gossip loses later.
  let pullTimer: ReturnType<typeof setTimeout> | undefined;
  function pullRegularly(afterMilliseconds: number): void {
    clearTimeout(pullTimer);
    pullTimer = setTimeout(() => {
      for (const relayId of relays.keys()) if (directTo(relayId) !== undefined) pull(relayId).catch(() => undefined);
      flush().catch(() => undefined); // it stays queued
      if (!stopped) pullRegularly(Math.min(2 * afterMilliseconds, LONGEST_PULL_MILLISECONDS));
    }, afterMilliseconds);
  }

  await libp2p.handle(HEADS_PROTOCOL, (stream) => answerHeads(stream as unknown as ClosableStream, log), {
    maxInboundStreams: 32,
    maxOutboundStreams: 32,
  });

  // ---- connections ----

  const describe = (connection: ReturnType<typeof libp2p.getConnections>[number]): PeerConnection => {
    const peer = connection.remotePeer.toString();
    const address = connection.remoteAddr.toString();
    return { peer, address, direct: connection.limits === undefined, kind: relays.has(peer) ? 'relay' : 'browser' };
  };
  const directTo = (peer: string): PeerConnection | undefined =>
    libp2p
      .getConnections()
      .map(describe)
      .find((connection) => connection.peer === peer && connection.direct);

  const dialing = new Map<string, Promise<PeerConnection>>();

  /** Ways to `provider` through the relays that this node is connected to. */
  function waysTo(provider: string): Multiaddr[] {
    return libp2p
      .getConnections()
      .filter((connection) => relays.has(connection.remotePeer.toString()))
      .map((connection) => {
        const address = connection.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '');
        return multiaddr(`${address}/p2p/${connection.remotePeer.toString()}/p2p-circuit/webrtc/p2p/${provider}`);
      });
  }

  async function dial(provider: string, signal?: AbortSignal): Promise<PeerConnection> {
    const refuse = (cause?: unknown): never => {
      throw new TributaryError({
        code: 'PEER_UNREACHABLE',
        message: 'This peer cannot be reached directly.',
        facts: { peer: provider, relays: waysTo(provider).length },
        hint: 'It is offline, or both networks block direct connections; what a relay keeps can still be had from there.',
        ...(cause === undefined ? {} : { cause }),
      });
    };
    const ways = waysTo(provider);
    if (ways.length === 0 || provider === id) return refuse();
    const deadline = AbortSignal.timeout(DIAL_TIMEOUT_MILLISECONDS);
    try {
      await libp2p.dial(ways, { signal: signal === undefined ? deadline : anySignal([signal, deadline]) });
    } catch (error) {
      if (signal?.aborted === true) throw toTributaryError(signal.reason);
      return refuse(error);
    }
    return directTo(provider) ?? refuse();
  }

  function connectTo(provider: string, signal?: AbortSignal): Promise<PeerConnection> {
    const existing = directTo(provider);
    if (existing !== undefined) return Promise.resolve(existing);
    let running = dialing.get(provider);
    if (running === undefined) {
      running = dial(provider, signal).finally(() => dialing.delete(provider));
      dialing.set(provider, running);
    }
    return running;
  }

  /** Providers to connect to in the background, with the failures so far. */
  const wanted = new Map<string, number>();
  const resting = new Map<string, ReturnType<typeof setTimeout>>();

  /**
   * Dials wanted providers, within limits. Absence is no failure, as a relay may have the bytes; a peer that has only just
   * come needs a moment until its relay forwards to it, so it is tried again a few times.
   */
  function dialWanted(): void {
    if (stopped || !libp2p.getConnections().some((one) => relays.has(one.remotePeer.toString()))) return;
    const direct = new Set(
      libp2p
        .getConnections()
        .map(describe)
        .filter((one) => one.kind === 'browser' && one.direct)
        .map(({ peer }) => peer),
    );
    for (const [provider, failures] of wanted) {
      if (dialing.size >= MAXIMUM_DIALS || direct.size >= MAXIMUM_DIRECT) return;
      if (resting.has(provider) || dialing.has(provider)) continue;
      void connectTo(provider)
        .then(
          () => wanted.delete(provider),
          () => {
            if (failures + 1 >= MAXIMUM_ATTEMPTS) wanted.delete(provider);
            else {
              wanted.set(provider, failures + 1);
              const rest = setTimeout(
                () => {
                  resting.delete(provider);
                  dialWanted();
                },
                FIRST_REST_MILLISECONDS * 2 ** failures,
              );
              resting.set(provider, rest);
            }
          },
        )
        .finally(dialWanted);
    }
  }

  function offerDial(provider: string): void {
    if (provider === id || relays.has(provider) || wanted.has(provider) || directTo(provider) !== undefined) return;
    wanted.set(provider, 0);
    dialWanted();
  }

  /** Those who announced last, when this node comes back to a relay. */
  function offerRecent(): void {
    if (!dialsProviders) return;
    const recent = log
      .all()
      .filter(({ kind }) => kind === 'contribution' || kind === 'adapter')
      .slice(-RECENT_HEADS);
    for (const { provider } of recent.reverse()) offerDial(provider);
    dialWanted();
  }

  const onOpen = (): void => changed();
  const onIdentified = (
    event: CustomEvent<{
      peerId: { toString(): string };
      protocols: readonly string[];
      connection: { limits?: unknown };
    }>,
  ): void => {
    const { peerId, protocols, connection } = event.detail;
    if (connection.limits !== undefined || !protocols.includes(HEADS_PROTOCOL)) return;
    if (relays.has(peerId.toString())) {
      offerRecent();
      announceLost(peerId.toString()).catch(() => undefined);
      pullRegularly(FIRST_PULL_MILLISECONDS);
    }
    // What a stranger lists has no proof of who announced it, so a node that judges and keeps hears announcers only.
    if (!relays.has(peerId.toString()) && admit !== undefined) return;
    // A peer that goes away while it is asked is asked again at its next connection.
    pull(peerId.toString()).catch(() => undefined);
  };
  libp2p.addEventListener('connection:open', onOpen);
  libp2p.addEventListener('connection:close', onOpen);
  libp2p.addEventListener('peer:identify', onIdentified as EventListener);
  const onSubscription = (): void => void flush().catch(() => undefined);
  pubsub.addEventListener('subscription-change', onSubscription);

  /** Current addresses of a relay: as configured, and as its status endpoint tells (certificate hashes change). */
  async function addressesOf(relayId: string): Promise<readonly Multiaddr[]> {
    if (bootstrapHttp !== undefined) {
      try {
        const response = await fetch(bootstrapHttp, { signal: AbortSignal.timeout(3_000) });
        const { multiaddrs } = (await response.json()) as { multiaddrs?: unknown };
        const fresh = parseRelays(
          Array.isArray(multiaddrs) ? multiaddrs.filter((text): text is string => typeof text === 'string') : [],
        );
        const found = fresh.find((relay) => relay.id === relayId);
        if (found !== undefined) return found.addresses;
      } catch {
        // The endpoint is optional; the configured addresses follow.
      }
    }
    return relays.get(relayId)?.addresses ?? [];
  }

  for (const relayId of relays.keys()) {
    const connection = keepConnected({
      libp2p,
      id: relayId,
      addresses: () => addressesOf(relayId),
      onChange: (next) => {
        const entry = kept.get(relayId);
        if (entry !== undefined) entry.state = next;
        changed();
      },
    });
    kept.set(relayId, { connection, state: 'connecting' });
  }
  const endWake = onWake?.(() => {
    for (const { connection } of kept.values()) connection.wake();
  });

  const blocks = createBlocks({
    helia: helia as unknown as HeliaWithLibp2p<never>,
    onMissing: (cid) => {
      const provider = providers.get(cid);
      if (dialsProviders && provider !== undefined) offerDial(provider);
    },
  });

  return {
    id,
    blocks,
    async announce(announcement) {
      encodeAnnouncement(announcement); // refuses before anything is kept
      const { kind, scope, cid } = announcement;
      await queue({ kind, scope, cid });
      await rememberOwn({ kind, scope, cid });
      await learn({ kind, scope, cid, provider: id }, 'gossip');
      changed();
      await flush().catch(() => undefined); // it stays queued
      // With a relay just dialled, gossip needs another moment; the queue then empties by itself.
      if ([...relays.keys()].some((relayId) => directTo(relayId) !== undefined))
        await leftQueue(announcementKey(announcement));
      return pending.has(announcementKey(announcement)) ? 'queued' : 'sent';
    },
    subscribe(listener) {
      for (const head of log.all()) listener({ ...head, via: 'heads' });
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connections: () => libp2p.getConnections().map(describe),
    state(): PeersState {
      const states = [...kept.values()].map((entry) => entry.state);
      if (states.includes('connected')) return 'online';
      return states.includes('connecting') ? 'connecting' : 'offline';
    },
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    pending: () => [...pending.values()],
    connectTo: (provider, { signal } = {}) => connectTo(provider, signal),
    heads: () => log.all(),
    multiaddrs: () => libp2p.getMultiaddrs().map(String),
    async stop() {
      stopped = true;
      endWake?.();
      clearTimeout(pullTimer);
      for (const rest of resting.values()) clearTimeout(rest);
      for (const { connection } of kept.values()) connection.stop();
      libp2p.removeEventListener('connection:open', onOpen);
      libp2p.removeEventListener('connection:close', onOpen);
      libp2p.removeEventListener('peer:identify', onIdentified as EventListener);
      pubsub.removeEventListener('message', onMessage as EventListener);
      pubsub.removeEventListener('subscription-change', onSubscription);
      await helia.stop();
      await state.close();
      await close();
    },
  };
}
