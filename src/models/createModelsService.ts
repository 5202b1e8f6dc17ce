// The models worker's service: it finds, reads and installs, and is handed where to keep things.
import { TributaryError } from '../lib/errors.ts';
import { type CallContext, connect, type Remote } from '../lib/rpc.ts';
import { searchModels } from './hub/searchModels.ts';
import { installModel } from './install/installModel.ts';
import type { FileStore, Journal } from './install/ports.ts';
import type { BlockService, ModelsService } from './service.ts';
import { type Access, openFile } from './sources/openFile.ts';
import { openSource, sizeOf } from './sources/openSource.ts';
import { parseAddress } from './sources/parseAddress.ts';
import { readShape } from './sources/readShape.ts';

export interface ModelsServiceOptions {
  readonly journal: Journal;
  readonly files: FileStore;
  /** First wait after a failure of the network, in milliseconds; default 1,000. */
  readonly firstMilliseconds?: number;
}

export function createModelsService(options: ModelsServiceOptions): ModelsService {
  let blocks: Remote<BlockService> | undefined;

  const access = ({ signal }: CallContext, token?: string): Access => ({
    signal,
    ...(token === undefined ? {} : { token }),
    getBlock: async (cid, blockSignal) => {
      if (blocks !== undefined) return await blocks.get({ cid }, { signal: blockSignal });
      throw new TributaryError({
        code: 'IPFS_NO_PEERS',
        message: 'No peers are connected that could have these bytes.',
        facts: { cid },
        hint: 'Give the address of a gateway: https://gateway/ipfs/ and the identifier.',
      });
    },
  });

  return {
    search: ({ hub, token, query, page }, { signal }) => searchModels({ hub, token, query, page, signal }),
    open: async ({ hub, token, address }, context) =>
      openSource(parseAddress(address, hub), hub, access(context, token)),
    inspect: ({ files, token }, context) =>
      readShape(files.map((file) => ({ name: file.name, blob: openFile(file, access(context, token)) }))),
    measure: ({ urls }, context) => Promise.all(urls.map((url) => sizeOf(url, access(context)))),
    install: ({ id, token, dropped = [] }, context) =>
      installModel({
        ...options,
        id,
        access: access(context, token),
        dropped: new Map(dropped.map(({ name, blob }) => [name, blob])),
        signal: context.signal,
        onProgress: context.progress,
      }),
    async connectBlocks({ port }) {
      blocks = connect<BlockService>(port);
    },
  };
}
