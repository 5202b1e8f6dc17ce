// The wire format: announcements for gossip, and pages of known announcements ("heads") for nodes that connect later, since
// gossip has no history. Everything is dag-cbor, bounded in size before it is decoded and checked afterwards.
import { decode, encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { ownBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { cid as branded, type Cid } from '../lib/units.ts';
import { ANNOUNCEMENT_KINDS, type Announcement, type ReceivedAnnouncement } from './types.ts';

export const HEADS_TOPIC = '/tributary/heads/1';
export const HEADS_PROTOCOL = '/tributary/heads/1.0.0';
/** Inbound limit of every node. All must agree: a message above a receiver's limit silences gossipsub on that link for good. */
export const MAX_GOSSIP_BYTES = 64 * 1024;
/** Limit of what is published, far below that: a scope of 256 characters and a CID fit in a third of it. */
export const MAX_ANNOUNCEMENT_BYTES = 4_096;
export const MAX_SCOPE_LENGTH = 256;
export const HEADS_PER_PAGE = 200;
export const MAX_PAGE_BYTES = 1 << 20;
export const MAX_REQUEST_BYTES = 1_024;

const SHA2_256 = 0x12;

function isCid(value: unknown): value is Cid {
  if (typeof value !== 'string' || value.length > 100) return false;
  try {
    const { version, multihash } = CID.parse(value);
    // Identity CIDs carry any bytes and other hashes are not checked here, so neither is passed on.
    return version === 1 && multihash.code === SHA2_256 && multihash.digest.byteLength === 32;
  } catch {
    return false; // not a CID
  }
}

function isAnnouncement(value: unknown): value is Announcement {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, scope, cid } = value as Record<string, unknown>;
  return (
    ANNOUNCEMENT_KINDS.some((known) => known === kind) &&
    typeof scope === 'string' &&
    scope.length <= MAX_SCOPE_LENGTH &&
    isCid(cid)
  );
}

function isProvider(value: unknown): value is string {
  return typeof value === 'string' && /^[1-9A-HJ-NP-Za-km-z]{40,64}$/.test(value);
}

export function announcementKey({ kind, scope, cid }: Announcement): string {
  return `${kind}/${cid}/${scope}`;
}

/** The bytes to publish. Throws `ANNOUNCEMENT_INVALID`: an oversized or malformed one must never reach gossip. */
export function encodeAnnouncement(announcement: Announcement): Uint8Array<ArrayBuffer> {
  const { kind, scope, cid } = announcement;
  const bytes = isAnnouncement(announcement) ? ownBytes(encode({ v: 1, kind, scope, cid })) : undefined;
  if (bytes === undefined || bytes.byteLength > MAX_ANNOUNCEMENT_BYTES) {
    throw new TributaryError({
      code: 'ANNOUNCEMENT_INVALID',
      message:
        'This cannot be announced: it needs a known kind, a scope of at most 256 characters and a CIDv1 with SHA-256.',
      facts: { kind: String(kind), scope: String(scope).slice(0, 80), cid: String(cid).slice(0, 100) },
      hint: 'Publish the bytes first and announce the content identifier that comes back.',
    });
  }
  return bytes;
}

/** The announcement in a gossip message; null for anything malformed. */
export function decodeAnnouncement(bytes: Uint8Array): Announcement | null {
  const value = decodeBounded(bytes, MAX_ANNOUNCEMENT_BYTES);
  if (value?.['v'] !== 1 || !isAnnouncement(value)) return null;
  return { kind: value.kind, scope: value.scope, cid: branded(value.cid) };
}

export interface HeadsRequest {
  /** The list that `after` counts in; '' at first. */
  readonly epoch: string;
  /** Number of the last head that the requester has. */
  readonly after: number;
}

export interface HeadsPage {
  readonly epoch: string;
  readonly heads: readonly (Announcement & { readonly provider: string })[];
  /** Number of the last head of this page; that of the request when no head follows it. */
  readonly last: number;
  readonly more: boolean;
}

export function encodeHeadsRequest({ epoch, after }: HeadsRequest): Uint8Array {
  return encode({ v: 1, epoch, after });
}

export function decodeHeadsRequest(bytes: Uint8Array): HeadsRequest | null {
  const value = decodeBounded(bytes, MAX_REQUEST_BYTES);
  const { epoch, after } = value ?? {};
  return value?.['v'] === 1 && typeof epoch === 'string' && Number.isSafeInteger(after)
    ? { epoch, after: after as number }
    : null;
}

export function encodeHeadsPage({ epoch, heads, last, more }: HeadsPage): Uint8Array {
  return encode({
    v: 1,
    epoch,
    last,
    more,
    heads: heads.map(({ kind, scope, cid, provider }) => ({ kind, scope, cid, provider })),
  });
}

/** A page of heads, without those that are malformed; null when the page itself is malformed. */
export function decodeHeadsPage(bytes: Uint8Array): HeadsPage | null {
  const value = decodeBounded(bytes, MAX_PAGE_BYTES);
  const { epoch, heads, last, more } = value ?? {};
  if (value?.['v'] !== 1 || typeof epoch !== 'string' || !Array.isArray(heads) || !Number.isSafeInteger(last))
    return null;
  const sound = (heads.slice(0, HEADS_PER_PAGE) as unknown[]).filter(
    (head): head is Announcement & { provider: string } =>
      isAnnouncement(head) && isProvider((head as { provider?: unknown }).provider),
  );
  return { epoch, heads: sound, last: last as number, more: more === true };
}

/** The form in which heads and queued announcements are stored on disk. */
export function encodeHead({
  kind,
  scope,
  cid,
  provider,
}: Announcement & { readonly provider: string }): Uint8Array<ArrayBuffer> {
  return ownBytes(encode({ v: 1, kind, scope, cid, provider }));
}

export function decodeHead(bytes: Uint8Array): Omit<ReceivedAnnouncement, 'via'> | null {
  const value = decodeBounded(bytes, MAX_ANNOUNCEMENT_BYTES);
  const provider = value?.['provider'];
  if (value === null || !isAnnouncement(value) || typeof provider !== 'string') return null;
  return { kind: value.kind, scope: value.scope, cid: value.cid, provider };
}

function decodeBounded(bytes: Uint8Array, maxBytes: number): Record<string, unknown> | null {
  if (bytes.byteLength > maxBytes) return null;
  try {
    const value: unknown = decode(bytes);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // not dag-cbor
  }
}
