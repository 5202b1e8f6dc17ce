// What a node of the network offers: bytes by CID, announcements, connections. It does not know what the bytes mean.
import type { Cid } from '../lib/units.ts';

export interface BlockOptions {
  readonly signal?: AbortSignal | undefined;
  /** For `get` over the network; default 30,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

export interface FileOptions extends BlockOptions {
  /** Rejects with `FILE_TOO_LARGE` past it. */
  readonly maxBytes: number;
  /** Called with every block of the file, inner nodes included. */
  readonly onBlock?: (cid: Cid) => void;
}

/** Blocks and UnixFS files: local first, then from connected peers by bitswap. */
export interface PeerBlocks {
  put(bytes: Uint8Array, codec: 'raw' | 'dag-cbor', options?: BlockOptions): Promise<Cid>;
  /** Rejects with `BLOCK_NOT_FOUND` when nobody online has the bytes in time, with `ABORTED` on abort. */
  get(cid: Cid, options?: BlockOptions): Promise<Uint8Array>;
  /** Whether this node holds the block itself. */
  has(cid: Cid): Promise<boolean>;
  putFile(bytes: Uint8Array, options?: BlockOptions): Promise<Cid>;
  getFile(cid: Cid, options: FileOptions): Promise<Uint8Array>;
}

export const announcementKinds = ['contribution', 'adapter', 'receipt', 'voucher', 'ledger'] as const;
export type AnnouncementKind = (typeof announcementKinds)[number];

/** "These bytes exist, and `provider` had them": never the bytes themselves. */
export interface Announcement {
  readonly kind: AnnouncementKind;
  /** Datanet id for contributions; a caller-chosen scope (at most 256 characters) or '' otherwise. */
  readonly scope: string;
  readonly cid: Cid;
}

export interface ReceivedAnnouncement extends Announcement {
  /** PeerId of the first announcer. */
  readonly provider: string;
  /** How it came: `gossip` while online, `heads` pulled from a relay or peer on connect. */
  readonly via: 'gossip' | 'heads';
}

export interface PeerConnection {
  readonly peer: string;
  readonly address: string;
  /** False for a leg that a relay carries. */
  readonly direct: boolean;
  readonly kind: 'relay' | 'browser';
}

export type PeersState = 'offline' | 'connecting' | 'online';

export interface Peers {
  readonly id: string;
  readonly blocks: PeerBlocks;
  /** `sent`: a relay took it (without any configured: a peer). `queued`: kept on disk until one is back; peers hear of it at once. */
  announce(announcement: Announcement): Promise<'sent' | 'queued'>;
  /** Every announcement once, those known from before first. Returns the end of the subscription. */
  subscribe(listener: (announcement: ReceivedAnnouncement) => void): () => void;
  connections(): readonly PeerConnection[];
  /** `online`: connected to a relay. */
  state(): PeersState;
  /** Connections, state or pending queue changed. */
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
  /** Status endpoint of a relay: asked for its current multiaddrs at every attempt to connect. */
  readonly bootstrapHttp?: string | undefined;
  /** Name of the stores in this browser; default `tributary`. */
  readonly name?: string;
  /** STUN servers for browser-to-browser connections outside a LAN. Default none. */
  readonly iceServers?: readonly { readonly urls: string | string[] }[];
}
