// `Peers` over a started Helia node: what the node of a page, of a Node program and of a relay have in common. It connects
// announcements, heads and dialling, which know no libp2p, to the node's events and streams.
import type { HeliaWithLibp2p } from '@helia/libp2p';
import type { GossipSub } from '@libp2p/gossipsub';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { answerAnnouncement, askToKeep } from './announceExchange.ts';
import {
  type Announcements,
  addOwn,
  answerTo,
  deliveries,
  flush,
  type Keeping,
  learn,
  openAnnouncements,
  subscribe,
  waitForAnswer,
} from './announcements.ts';
import { addressGroup, readAddress } from './connectionGuard.ts';
import { createBlocks } from './createBlocks.ts';
import {
  connectTo,
  createDialling,
  type Dialling,
  dialWanted,
  findDirectConnection,
  offerDial,
  stopDialling,
} from './dialling.ts';
import { gossipOver, joinGossip } from './gossip.ts';
import { announceLost, createHeads, type Heads, pull, schedulePulls, stopHeads } from './heads.ts';
import { answerHeads, type ClosableStream } from './headsExchange.ts';
import { ANNOUNCE_PROTOCOL, announcementKey, HEADS_PROTOCOL } from './protocol.ts';
import { parseRelays } from './relayAddresses.ts';
import { connectRelays } from './relayConnections.ts';
import type { StateStore } from './stateStore.ts';
import type { AnnouncementKind, Head, PeerConnection, Peers, ReceivedAnnouncement, Witness } from './types.ts';
import { isWitnessTrue } from './witness.ts';

/** Announcements whose providers are dialled when a relay is reached. */
const RECENT_HEADS = 16;
const MAX_HEADS_STREAMS = 32;
/** Announcements of one connection that wait for their answer. */
const MAX_ANNOUNCE_STREAMS = 8;

/** Network address from which a peer is connected, IPv6 by its network; '' for one that is not, or through a relay alone. */
function addressOf(connections: readonly PeerConnection[], peer: string): string {
  const connection = connections.find((each) => each.peer === peer && each.direct);
  const address = connection === undefined ? undefined : readAddress(connection.address);
  return address === undefined ? '' : addressGroup(address.host);
}

type Node = HeliaWithLibp2p<{ pubsub: GossipSub }>;

export interface CreatePeersParameters {
  readonly helia: Node;
  readonly state: StateStore;
  readonly relays: readonly string[];
  readonly bootstrapHttp?: string | undefined;
  /** Whether this node dials providers by WebRTC through its relays. */
  readonly dialsProviders: boolean;
  /** Keeping bytes for others; a relay verifies and pins here. Default: every well-formed announcement is listed. */
  readonly keeping?: Keeping | undefined;
  /** Heads that are listed, by kind; of kinds that are not named the usual number. */
  readonly maxHeads?: Partial<Record<AnnouncementKind, number>> | undefined;
  /** Witnesses what was admitted. Default: this node witnesses nothing. */
  readonly witness?: (announcement: ReceivedAnnouncement) => Promise<Witness | undefined>;
  /** Registers a callback for what should end pauses (network back, page visible); returns the end of it. */
  readonly onWake?: (wake: () => void) => () => void;
  /** Stops the node, then closes its stores. */
  readonly close: () => Promise<void>;
}

/** `Peers` with the heads and addresses that a relay shows. */
export interface PeersWithHeads extends Peers {
  heads(): readonly Head[];
  multiaddrs(): readonly string[];
}

/** Providers that a page may fetch from: notes are small and lie on relays. */
const hasLargeBytes = ({ kind }: Pick<Head, 'kind'>): boolean => kind === 'contribution' || kind === 'adapter';

/** Dialling over the node: a route to a peer leads through each relay that the node is connected to. */
function diallingOf(
  { libp2p }: Node,
  isRelay: (peer: string) => boolean,
  connections: () => PeerConnection[],
): Dialling {
  const relayConnections = () => libp2p.getConnections().filter(({ remotePeer }) => isRelay(remotePeer.toString()));
  return createDialling({
    id: libp2p.peerId.toString(),
    isRelay,
    connections,
    countRoutes: () => relayConnections().length,
    dial: (provider, signal) => {
      const routes = relayConnections().map(({ remoteAddr, remotePeer }) => {
        const address = remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '');
        return multiaddr(`${address}/p2p/${remotePeer.toString()}/p2p-circuit/webrtc/p2p/${provider}`);
      });
      return libp2p.dial(routes, { signal });
    },
  });
}

export async function createPeers(parameters: CreatePeersParameters): Promise<PeersWithHeads> {
  const { helia, state, bootstrapHttp, dialsProviders, keeping, witness, onWake, close } = parameters;
  const { libp2p } = helia;
  const { pubsub } = libp2p.services;
  const id = libp2p.peerId.toString();
  const relays = new Map(parseRelays(parameters.relays).map((relay) => [relay.id, relay]));
  const isRelay = (peer: string): boolean => relays.has(peer);
  const changeListeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of changeListeners) listener();
  };
  const connections = (): PeerConnection[] =>
    libp2p.getConnections().map(({ remotePeer, remoteAddr, limits }) => {
      const peer = remotePeer.toString();
      return {
        peer,
        address: remoteAddr.toString(),
        direct: limits === undefined,
        kind: isRelay(peer) ? 'relay' : 'browser',
      };
    });

  const dialling = diallingOf(helia, isRelay, connections);
  const open = async (peer: string, protocol: string, signal: AbortSignal): Promise<ClosableStream> =>
    libp2p.dialProtocol(peerIdFromString(peer), protocol, { signal });
  const announcements: Announcements = await openAnnouncements({
    id,
    store: state,
    maxHeads: parameters.maxHeads,
    relays,
    gossip: gossipOver(pubsub),
    connectedRelays: () => connectedRelays(),
    ask: (relay, announcement) => askToKeep((signal) => open(relay, ANNOUNCE_PROTOCOL, signal), announcement),
    placeOf: (peer) => addressOf(connections(), peer),
    keeping,
    witness,
    isWitnessTrue,
    now: Date.now,
    onLearned: (head) => {
      if (dialsProviders && hasLargeBytes(head)) offerDial(dialling, head.provider);
    },
    onAnswered: changed,
  });
  const connectedRelays = (): string[] =>
    [...relays.keys()].filter((relay) => findDirectConnection({ connections }, relay) !== undefined);
  const heads: Heads = createHeads({
    announcements,
    isRelay,
    connectedRelays,
    open: (peer, signal) => open(peer, HEADS_PROTOCOL, signal),
  });

  const leaveGossip = joinGossip({
    pubsub,
    onAnnouncement: (head) => void learn(announcements, head, 'gossip'),
    onSubscription: () => void flush(announcements).catch(() => undefined), // it stays queued
  });
  await libp2p.handle(HEADS_PROTOCOL, (stream) => answerHeads(stream, announcements.log), {
    maxInboundStreams: MAX_HEADS_STREAMS,
    maxOutboundStreams: MAX_HEADS_STREAMS,
  });
  // Only who keeps bytes for others says whether it does.
  if (keeping !== undefined) {
    await libp2p.handle(
      ANNOUNCE_PROTOCOL,
      (stream, connection) =>
        answerAnnouncement(stream, connection.remotePeer.toString(), (head) => answerTo(announcements, head)),
      { maxInboundStreams: MAX_ANNOUNCE_STREAMS },
    );
  }

  /** A relay is reached: dials who announced last, announces what the relay has lost, and begins to ask it regularly. */
  function onRelay(relay: string): void {
    if (dialsProviders) {
      const recent = announcements.log.all().filter(hasLargeBytes).slice(-RECENT_HEADS);
      for (const { provider } of recent.reverse()) offerDial(dialling, provider);
      dialWanted(dialling);
    }
    announcements.answers.wake(relay);
    announceLost(heads, relay).catch(() => undefined); // done again at its next connection
    schedulePulls(heads);
  }
  const onIdentified = (({
    detail: { peerId, protocols, connection },
  }: CustomEvent<{
    peerId: { toString(): string };
    protocols: readonly string[];
    connection: { limits?: unknown };
  }>): void => {
    if (connection.limits !== undefined || !protocols.includes(HEADS_PROTOCOL)) return;
    const peer = peerId.toString();
    if (isRelay(peer)) onRelay(peer);
    // A list of a stranger does not prove who announced what, so a node that judges and keeps bytes learns from announcers alone.
    if (!isRelay(peer) && keeping !== undefined) return;
    // A peer that goes away while it is asked is asked again at its next connection.
    pull(heads, peer).catch(() => undefined);
  }) as EventListener;
  libp2p.addEventListener('connection:open', changed);
  libp2p.addEventListener('connection:close', changed);
  libp2p.addEventListener('peer:identify', onIdentified);

  const relayConnections = connectRelays({
    libp2p,
    relays: relays.values(),
    statusUrl: bootstrapHttp,
    onChange: changed,
  });
  const endWake = onWake?.(relayConnections.wake);

  return {
    id,
    blocks: createBlocks({
      helia: helia as unknown as HeliaWithLibp2p<never>,
      onMissing: (cid) => {
        const provider = announcements.providers.get(cid);
        if (dialsProviders && provider !== undefined) offerDial(dialling, provider);
      },
    }),
    async announce(announcement) {
      await addOwn(announcements, announcement);
      changed();
      flush(announcements).catch(() => undefined); // it stays queued
      await waitForAnswer(announcements, announcement);
      return announcements.pending.has(announcementKey(announcement)) ? 'queued' : 'sent';
    },
    subscribe: (listener) => subscribe(announcements, listener),
    connections,
    state: relayConnections.state,
    onChange(listener) {
      changeListeners.add(listener);
      return () => changeListeners.delete(listener);
    },
    pending: () => [...announcements.pending.values()],
    deliveries: () => deliveries(announcements),
    onWitness(listener) {
      announcements.witnessListeners.add(listener);
      return () => announcements.witnessListeners.delete(listener);
    },
    connectTo: (provider, { signal } = {}) => connectTo(dialling, provider, signal),
    heads: () => announcements.log.all(),
    multiaddrs: () => libp2p.getMultiaddrs().map(String),
    async stop() {
      announcements.stopped = true;
      stopHeads(heads);
      stopDialling(dialling);
      endWake?.();
      relayConnections.stop();
      libp2p.removeEventListener('connection:open', changed);
      libp2p.removeEventListener('connection:close', changed);
      libp2p.removeEventListener('peer:identify', onIdentified);
      leaveGossip();
      await close();
    },
  };
}
