// Models that people bring, as a page sees them through their worker: requests and answers survive structured clone. The user's
// token is part of a request and is never stored.
import type { CallContext } from '../lib/rpc.ts';
import type { SearchPage } from './hub/searchModels.ts';
import type { InstallRecord } from './install/installRecord.ts';
import type { ModelOffer, ModelShape, SourceFile } from './types.ts';

export interface HubAccess {
  /** Base address, without a slash at its end. */
  readonly hub: string;
  readonly token?: string | undefined;
}

/** Blocks by CID, asked for by the worker and answered by the page, which is connected to peers. */
export interface BlockService {
  get(request: { readonly cid: string }, context: CallContext): Promise<Uint8Array>;
}

export interface ModelsService {
  /** Throws `HUB_*`, `REMOTE_*`. */
  search(
    request: HubAccess & { readonly query: string; readonly page?: string | undefined },
    context: CallContext,
  ): Promise<SearchPage>;
  /** The models at an address. Throws `SOURCE_*`, `HUB_*`, `REMOTE_*`, `IPFS_*`. */
  open(request: HubAccess & { readonly address: string }, context: CallContext): Promise<ModelOffer>;
  /** Reads the headers of a choice. Throws `MODEL_*` for models that the engine does not support, and what reading throws. */
  inspect(
    request: { readonly files: readonly SourceFile[]; readonly token?: string | undefined },
    context: CallContext,
  ): Promise<ModelShape>;
  /** Sizes of files by HTTP. */
  measure(request: { readonly urls: readonly string[] }, context: CallContext): Promise<readonly number[]>;
  /** Installs a model of the journal; see `installModel`. Progress: `InstallProgress`. */
  install(
    request: {
      readonly id: string;
      readonly token?: string | undefined;
      /** Files that the user dropped, for a model of them. */
      readonly dropped?: readonly { readonly name: string; readonly blob: Blob }[];
    },
    context: CallContext,
  ): Promise<InstallRecord>;
  /** The page's end of the channel that answers `BlockService`. */
  connectBlocks(request: { readonly port: MessagePort }, context: CallContext): Promise<void>;
}
