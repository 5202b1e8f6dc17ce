// Blocks and files by CID, and announcements of them, over Helia and libp2p behind one interface. Load it by `import()`: it is
// the largest part of the page. It does not know what the bytes mean. It runs on the main thread, since workers have no WebRTC.
export { startPeers } from './startPeers.ts';
export type * from './types.ts';
export { isWitnessTrue } from './witness.ts';
