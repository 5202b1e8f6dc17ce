// Events straight from the chain: every call reads the logs from the deployment's first block to the latest.
import type { ChainClient } from '../client/chainClient.ts';
import type { Deployment } from '../types/deployment.ts';
import type { EventReader, EventRecord } from './eventReader.ts';
import { fetchBlock } from './fetchBlock.ts';
import { fetchLogs } from './fetchLogs.ts';
import { smallerSpan } from './smallerSpan.ts';

export interface ScanEventsParameters {
  readonly rpc: Pick<ChainClient, 'request'>;
  readonly deployment: Pick<Deployment, 'genesisHash' | 'fromBlock' | 'addresses'>;
}

/** Asks for the whole range first and for halves of what the server refuses. */
export function scanEvents({ rpc, deployment }: ScanEventsParameters): EventReader {
  return {
    async list({ name, args, signal }) {
      const head = await fetchBlock({ rpc, block: 'latest', signal });
      const records: EventRecord<typeof name>[] = [];
      const last = head?.number ?? -1;
      let fromBlock = deployment.fromBlock;
      let span = last - fromBlock + 1;
      while (fromBlock <= last) {
        const toBlock = Math.min(fromBlock + span - 1, last);
        try {
          for (const record of await fetchLogs({ rpc, deployment, names: [name], args, fromBlock, toBlock, signal }))
            records.push(record);
          fromBlock = toBlock + 1;
        } catch (error) {
          span = smallerSpan(error, toBlock - fromBlock + 1);
        }
      }
      return records;
    },
  };
}
