// Bytes by CID, put, got and announced, over Helia and libp2p behind one interface. Load it by `import()`: it is the
// heaviest part of the page. It does not know what the bytes mean. Runs on the main thread (workers have no WebRTC).
export { startPeers } from './startPeers.ts';
export type * from './types.ts';
