// Bytes by CID, put, get and announced, over Helia and libp2p behind one interface. Load it by `import()`: it is the
// heaviest part of the page. It does not know what the bytes mean. Runs on the main thread (workers have no WebRTC).
//
// Coming: startPeers(parameters: PeersParameters): Promise<Peers>   (the browser's; Node's is in node.ts)
export type * from './types.ts';
