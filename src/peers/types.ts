// The interface of a node of the network: blocks and files by CID, announcements, connections. It does not know what the bytes
// mean.
import type { Cid } from '../lib/units.ts';

export interface BlockOptions {
  readonly signal?: AbortSignal | undefined;
  /** For `get` over the network; default 30,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

export interface FileOptions extends BlockOptions {
  /** Largest size; a larger file rejects with `FILE_TOO_LARGE`. */
  readonly maxBytes: number;
  /** Called with every block of the file, inner nodes included. */
  readonly onBlock?: (cid: Cid) => void;
}

/** Blocks and UnixFS files: local first, then from connected peers by bitswap. */
export interface PeerBlocks {
  put(bytes: Uint8Array, codec: 'raw' | 'dag-cbor', options?: BlockOptions): Promise<Cid>;
  /** Rejects with `BLOCK_NOT_FOUND` when no peer sends the block in time, with `ABORTED` on abort. */
  get(cid: Cid, options?: BlockOptions): Promise<Uint8Array>;
  /** Whether the block is stored on this node. */
  has(cid: Cid): Promise<boolean>;
  putFile(bytes: Uint8Array, options?: BlockOptions): Promise<Cid>;
  getFile(cid: Cid, options: FileOptions): Promise<Uint8Array>;
}

export const ANNOUNCEMENT_KINDS = ['contribution', 'adapter', 'receipt', 'voucher', 'ledger'] as const;
export type AnnouncementKind = (typeof ANNOUNCEMENT_KINDS)[number];

/** "These bytes exist, and `provider` announced them": never the bytes themselves. */
export interface Announcement {
  readonly kind: AnnouncementKind;
  /** Datanet id for contributions; a caller-chosen scope (at most 256 characters) or '' otherwise. */
  readonly scope: string;
  readonly cid: Cid;
}

export interface ReceivedAnnouncement extends Announcement {
  /** PeerId of the first announcer. */
  readonly provider: string;
  /** How it was learned: by `gossip` while online, or from the `heads` of a relay or peer. */
  readonly via: 'gossip' | 'heads';
}

export interface PeerConnection {
  readonly peer: string;
  readonly address: string;
  /** False for a connection through a relay. */
  readonly direct: boolean;
  readonly kind: 'relay' | 'browser';
}

export type PeersState = 'offline' | 'connecting' | 'online';

export interface Peers {
  readonly id: string;
  readonly blocks: PeerBlocks;
  /**
   * `sent`: a relay took it, or a peer where no relay is configured. `queued`: on disk until one is back; peers receive it at
   * once.
   */
  announce(announcement: Announcement): Promise<'sent' | 'queued'>;
  /** Calls `listener` with every announcement once, known ones first. Returns a function that ends the subscription. */
  subscribe(listener: (announcement: ReceivedAnnouncement) => void): () => void;
  connections(): readonly PeerConnection[];
  /** `online`: connected to a relay. */
  state(): PeersState;
  /** Called when connections, state or the queue change. Returns a function that ends it. */
  onChange(listener: () => void): () => void;
  pending(): readonly Announcement[];
  /** Dials the provider of an announcement directly (WebRTC through a relay). Resolves to the connection. */
  connectTo(provider: string, options?: { readonly signal?: AbortSignal }): Promise<PeerConnection>;
  stop(): Promise<void>;
}

export interface PeersParameters {
  /** Multiaddrs of relays, each ending in /p2p/<id>. May be empty: then everything stays local and announcements queue. */
  readonly relays: readonly string[];
  /** Allow ws:// and private addresses: for a relay on this machine or in the local network. */
  readonly allowLocal?: boolean;
  /** Status endpoint of a relay, asked for its current multiaddrs before every attempt to connect. */
  readonly bootstrapHttp?: string | undefined;
  /** Name of the stores in this browser; default `tributary`. */
  readonly name?: string;
  /** STUN servers for browser-to-browser connections outside a LAN. Default none. */
  readonly iceServers?: readonly { readonly urls: string | string[] }[];
}
