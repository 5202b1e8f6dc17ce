// The node of a page: IndexedDB stores, WebSocket and WebRTC transports, a place on each relay so that others can dial in.
import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import * as dagCbor from '@ipld/dag-cbor';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { gossipsub } from '@libp2p/gossipsub';
import { identify, identifyPush } from '@libp2p/identify';
import { keychain } from '@libp2p/keychain';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { webRTC, webRTCDirect } from '@libp2p/webrtc';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { IDBDatastore } from 'datastore-idb';
import { createHeliaLight } from 'helia';
import { createPeers } from './createPeers.ts';
import { openIdbState } from './idbState.ts';
import { OwnedBlockstore } from './ownedBlockstore.ts';
import { HEADS_TOPIC, MAXIMUM_GOSSIP_BYTES } from './protocol.ts';
import { parseRelays } from './relayAddresses.ts';
import type { Peers, PeersParameters } from './types.ts';

const MAXIMUM_TABS = 32;

/**
 * A number that no other tab of this page holds, until `release`: two tabs must not share one peer identity, as relays and
 * peers would take them for one node. The first tab is always 0 and so keeps its identity over reloads.
 */
async function claimTab(name: string): Promise<{ readonly tab: number; readonly release: () => void }> {
  for (let tab = 0; tab < MAXIMUM_TABS; tab += 1) {
    const held = Promise.withResolvers<void>();
    const granted = await new Promise<boolean>((resolve) => {
      void navigator.locks.request(`${name}-peers-${tab}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : held.promise;
      });
    });
    if (granted) return { tab, release: () => held.resolve() };
  }
  return { tab: MAXIMUM_TABS, release: () => undefined };
}

/** Wakes on what brings a page back: network, tab in front, return from the back-forward cache. */
function onPageWake(wake: () => void): () => void {
  const visible = (): void => {
    if (document.visibilityState === 'visible') wake();
  };
  addEventListener('online', wake);
  addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', visible);
  return () => {
    removeEventListener('online', wake);
    removeEventListener('pageshow', wake);
    document.removeEventListener('visibilitychange', visible);
  };
}

/**
 * Starts this page's node and returns at once when its stores are open: relays are dialled in the background, and dialled
 * again whenever they are lost. Throws `RELAY_ADDRESS_INVALID`, or what IndexedDB throws (private windows of some browsers).
 */
export async function startPeers(parameters: PeersParameters): Promise<Peers> {
  const { name = 'tributary' } = parameters;
  parseRelays(parameters.relays);
  const { tab, release } = await claimTab(name);
  const opened: (() => unknown)[] = [release];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const blockstore = new OwnedBlockstore(`${name}-blocks`);
    await blockstore.open();
    opened.push(() => blockstore.close());
    const datastore = new IDBDatastore(`${name}-node-${tab}`);
    await datastore.open();
    opened.push(() => datastore.close());
    const state = await openIdbState(`${name}-peers`);
    const helia = createNode({ blockstore, datastore, parameters });
    await helia.start();
    const { relays, bootstrapHttp } = parameters;
    return await createPeers({ helia, state, relays, bootstrapHttp, dialsProviders: true, onWake: onPageWake, close });
  } catch (error) {
    await close();
    throw error;
  }
}

interface CreateNodeParameters {
  readonly blockstore: OwnedBlockstore;
  readonly datastore: IDBDatastore;
  readonly parameters: PeersParameters;
}

function createNode({
  blockstore,
  datastore,
  parameters: { allowLocal = false, iceServers = [] },
}: CreateNodeParameters) {
  return withBitswap(
    withLibp2pLight(createHeliaLight({ blockstore, datastore, codecs: [dagCbor] }), {
      addresses: { listen: ['/p2p-circuit', '/webrtc'] },
      transports: [
        webSockets(),
        webRTCDirect(),
        webRTC({ rtcConfiguration: { iceServers: iceServers.map(({ urls }) => ({ urls })) } }),
        circuitRelayTransport(),
      ],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // libp2p's browser default refuses ws:// and private addresses: right on the open web, wrong for a relay next door.
      ...(allowLocal ? { connectionGater: { denyDialMultiaddr: () => false } } : {}),
      connectionManager: { maxConnections: 40 },
      services: {
        identify: identify(),
        identifyPush: identifyPush(),
        ping: ping(),
        keychain: keychain(),
        // Publishing to nobody must not throw: it is how the queue learns that nobody was there.
        pubsub: gossipsub({
          allowPublishToZeroTopicPeers: true,
          maxInboundDataLength: MAXIMUM_GOSSIP_BYTES,
          allowedTopics: [HEADS_TOPIC],
        }),
      },
    }),
    {},
  );
}
