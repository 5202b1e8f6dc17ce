// The interface of a node of the network: blocks and files by CID, announcements, connections. It does not know what the bytes
// mean.
import type { Cid } from '../lib/units.ts';

export interface BlockOptions {
  readonly signal?: AbortSignal | undefined;
  /** For a block over the network, and for each part of a file; default 30,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

export interface FileOptions extends BlockOptions {
  /** Largest size; a larger file throws `FILE_TOO_LARGE`. */
  readonly maxBytes: number;
  /** Called with every block of the file, inner nodes included, before it is fetched, which waits for it. */
  readonly onBlock?: (cid: Cid) => void | Promise<void>;
  /** Called with the size of every block that was fetched. */
  readonly onFetched?: (cid: Cid, bytes: number) => void;
}

/** Blocks and UnixFS files: local first, then from connected peers by bitswap. */
export interface PeerBlocks {
  /** Rejects with `BLOCK_UNFETCHABLE` and `BLOCK_CODEC_UNKNOWN` for what peers could not fetch. */
  put(bytes: Uint8Array, codec: 'raw' | 'dag-cbor', options?: BlockOptions): Promise<Cid>;
  /** Rejects with `BLOCK_NOT_FOUND` when no peer sends the block in time, with `ABORTED` on abort. */
  get(cid: Cid, options?: BlockOptions): Promise<Uint8Array>;
  /** Whether the block is stored on this node. */
  has(cid: Cid): Promise<boolean>;
  putFile(bytes: Uint8Array, options?: BlockOptions): Promise<Cid>;
  /** The bytes of a file in order, as they arrive: one of them at a time is in memory. Throws as `get`. */
  readFile(cid: Cid, options: FileOptions): AsyncIterable<Uint8Array>;
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

/**
 * A relay's signed word that it had these bytes, whole and checked, at this time: nobody can have one made for an earlier time.
 * `sequence` and `time` of one relay only grow.
 */
export interface Witness {
  readonly cid: Cid;
  /** PeerId of the relay, which is its public key. */
  readonly relay: string;
  readonly sequence: number;
  /** Milliseconds since 1970, by the relay's clock. */
  readonly time: number;
  /** Over the dag-cbor bytes of the fields above, with `type` and `v`. */
  readonly signature: Uint8Array;
}

/** What a relay makes of an announcement. `later`: not now, for a reason that passes. */
export interface Verdict {
  readonly outcome: 'kept' | 'refused' | 'later';
  /** Why it is not kept: code, sentence and facts of a `TributaryError`, as the relay says it. */
  readonly code?: string;
  readonly message?: string;
  readonly facts?: Readonly<Record<string, string | number>>;
  /** After which it may be asked again. */
  readonly retryAfterSeconds?: number;
}

/** A relay's verdict on an announcement of this node. */
export interface RelayAnswer extends Verdict {
  /** PeerId. */
  readonly relay: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Answers other than `kept` in a row. */
  readonly failures: number;
}

/** An announcement of this node and what relays said to it. */
export interface Delivery {
  readonly announcement: Announcement;
  readonly answers: readonly RelayAnswer[];
}

/** An announcement with who made it first, as nodes list it for each other. */
export interface Head extends Announcement {
  /** PeerId of the first announcer. */
  readonly provider: string;
  /** Of a `ReceivedAnnouncement`: verified, and of relays that this node is configured with. */
  readonly witnesses?: readonly Witness[];
}

export interface ReceivedAnnouncement extends Head {
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
   * `sent`: a relay keeps the bytes, and said so. `queued`: none does yet; it stays on disk, and relays are asked again, until one
   * does (`deliveries` tells what they said). Peers hear of it at once in either case.
   */
  announce(announcement: Announcement): Promise<'sent' | 'queued'>;
  /** Calls `listener` with every announcement once, known ones first. Returns a function that ends the subscription. */
  subscribe(listener: (announcement: ReceivedAnnouncement) => void): () => void;
  connections(): readonly PeerConnection[];
  /** `online`: connected to a relay. */
  state(): PeersState;
  /** Called when connections, state or the queue change. Returns a function that ends it. */
  onChange(listener: () => void): () => void;
  /** Announcements of this node that no relay keeps yet. */
  pending(): readonly Announcement[];
  /** This node's newest announcements with the answers of relays; kept across restarts. */
  deliveries(): readonly Delivery[];
  /** Calls `listener` with the witnesses of a known contribution or adapter when there are new ones. Returns the end of it. */
  onWitness(listener: (cid: Cid, witnesses: readonly Witness[]) => void): () => void;
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
