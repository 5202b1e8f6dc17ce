// Which rows belong together.
import { keccak256, stringToHex, toEventSelector } from 'viem';
import type { Deployment } from '../types/deployment.ts';
import { EVENTS } from './eventReader.ts';

/**
 * The genesis hash and a digest of which events of which contracts are read. A local chain that was reset, other contracts
 * or another list of events make another scope, which starts empty.
 */
export function eventScope({ genesisHash, addresses }: Pick<Deployment, 'genesisHash' | 'addresses'>): string {
  const sources = Object.values(EVENTS).map(({ contract, abi }) => `${addresses[contract]}:${toEventSelector(abi)}`);
  return `${genesisHash}/${keccak256(stringToHex(sources.sort().join('\n').toLowerCase()))}`.toLowerCase();
}
