// The models worker's service: it finds, inspects and installs models. Where they are stored is handed in. The code of a method
// is loaded by its first call, so that pages that only list installed models load none of it.

import { checkedService } from '../lib/checkedService.ts';
import { TributaryError } from '../lib/errors.ts';
import { type CallContext, type Connection, openConnection } from '../lib/rpc.ts';
import type { FileStore, Journal } from './install/ports.ts';
import { requestSchemas } from './requestSchemas.ts';
import type { BlockService, ModelsService } from './service.ts';
import type { Access } from './sources/openFile.ts';

export interface ModelsServiceOptions {
  readonly journal: Journal;
  readonly files: FileStore;
}

export function createModelsService(options: ModelsServiceOptions): ModelsService {
  let blocks: Connection<BlockService> | undefined;

  const access = ({ signal }: CallContext, token?: string): Access => ({
    signal,
    ...(token === undefined ? {} : { token }),
    getBlock: async (cid, blockSignal) => {
      if (blocks !== undefined) return await blocks.remote.get({ cid }, { signal: blockSignal });
      throw new TributaryError({
        code: 'IPFS_NO_PEERS',
        message: 'No peers are connected that could have these bytes.',
        facts: { cid },
        hint: 'Give the address of a gateway: https://gateway/ipfs/ and the identifier.',
      });
    },
  });

  const service: ModelsService = {
    async search({ hub, token, query, page }, { signal }) {
      const { searchModels } = await import('./hub/searchModels.ts');
      return await searchModels({ hub, token, query, page, signal });
    },
    async open({ hub, token, address }, context) {
      const [{ parseAddress }, { openSource }] = await Promise.all([
        import('./sources/parseAddress.ts'),
        import('./sources/openSource.ts'),
      ]);
      return await openSource(parseAddress(address, hub), hub, access(context, token));
    },
    async inspect({ files, token }, context) {
      const [{ openFile }, { readShape }] = await Promise.all([
        import('./sources/openFile.ts'),
        import('./sources/readShape.ts'),
      ]);
      return await readShape(files.map((file) => ({ name: file.name, blob: openFile(file, access(context, token)) })));
    },
    async measure({ urls }, context) {
      const { measureRemote } = await import('./sources/openSource.ts');
      const measured = await Promise.all(urls.map((url) => measureRemote(url, access(context))));
      return measured.map(({ bytes }) => bytes);
    },
    async install({ id, token, dropped = [] }, context) {
      const { installModel } = await import('./install/installModel.ts');
      return await installModel({
        ...options,
        id,
        access: access(context, token),
        dropped: new Map(dropped.map(({ name, blob }) => [name, blob])),
        signal: context.signal,
        onProgress: context.progress,
      });
    },
    async connectBlocks({ port }) {
      // Who waits for blocks of an earlier page gets none.
      blocks?.close();
      blocks = openConnection<BlockService>(port);
    },
  };
  return checkedService(service, requestSchemas);
}
