// The node of a page: IndexedDB stores, WebSocket and WebRTC transports, and a reservation on each relay so that others can
// dial it.
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
import { bitswapSettings } from './bitswapSettings.ts';
import { createPeers } from './createPeers.ts';
import { ExactBufferBlockstore } from './exactBufferBlockstore.ts';
import { openIdbState } from './idbState.ts';
import { HEADS_TOPIC, MAX_GOSSIP_BYTES } from './protocol.ts';
import { parseRelays } from './relayAddresses.ts';
import type { Peers, PeersParameters } from './types.ts';

const MAX_TABS = 32;

/**
 * A number that no other tab of this page uses, until `release`: with one peer identity, relays and peers would take two tabs for
 * one node. The first tab always gets 0, and with it the same identity after a reload.
 */
async function claimTab(name: string): Promise<{ readonly tab: number; readonly release: () => void }> {
  for (let tab = 0; tab < MAX_TABS; tab += 1) {
    const held = Promise.withResolvers<void>();
    const granted = await new Promise<boolean>((resolve) => {
      void navigator.locks.request(`${name}-peers-${tab}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : held.promise;
      });
    });
    if (granted) return { tab, release: () => held.resolve() };
  }
  return { tab: MAX_TABS, release: () => undefined };
}

/** Calls `wake` when the network is back, the tab is in front, or the page returns from the back-forward cache. */
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
 * Starts this page's node and returns as soon as its stores are open. Relays are dialled in the background, and again whenever a
 * connection is lost. Throws `RELAY_ADDRESS_INVALID`, or what IndexedDB throws (private windows of some browsers).
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
    const blockstore = new ExactBufferBlockstore(`${name}-blocks`);
    await blockstore.open();
    opened.push(() => blockstore.close());
    const datastore = new IDBDatastore(`${name}-node-${tab}`);
    await datastore.open();
    opened.push(() => datastore.close());
    const state = await openIdbState(`${name}-peers`);
    opened.push(() => state.close());
    const helia = createNode({ blockstore, datastore, parameters });
    await helia.start();
    // What is opened last is closed first: the node writes to its stores until it has stopped.
    opened.push(() => helia.stop());
    const { relays, bootstrapHttp } = parameters;
    return await createPeers({ helia, state, relays, bootstrapHttp, dialsProviders: true, onWake: onPageWake, close });
  } catch (error) {
    await close();
    throw error;
  }
}

interface CreateNodeParameters {
  readonly blockstore: ExactBufferBlockstore;
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
      // By default libp2p refuses ws:// and private addresses in browsers: right on the open web, wrong for a relay in the
      // local network.
      ...(allowLocal ? { connectionGater: { denyDialMultiaddr: () => false } } : {}),
      connectionManager: { maxConnections: 40 },
      services: {
        identify: identify(),
        identifyPush: identifyPush(),
        ping: ping(),
        keychain: keychain(),
        // Publishing to nobody must not throw: an empty list of recipients tells the queue that nobody was there.
        pubsub: gossipsub({
          allowPublishToZeroTopicPeers: true,
          maxInboundDataLength: MAX_GOSSIP_BYTES,
          allowedTopics: [HEADS_TOPIC],
        }),
      },
    }),
    bitswapSettings,
  );
}
