// The wire format: announcements for gossip, and pages of known announcements ("heads") for nodes that connect later, since
// gossip has no history. Everything is dag-cbor, bounded in size before it is decoded and checked afterwards.
import { encode } from '@ipld/dag-cbor';
import { ownBytes } from '../lib/bytes.ts';
import { decodeCanonicalCbor } from '../lib/canonicalCbor.ts';
import { isCanonicalCidText } from '../lib/canonicalCid.ts';
import { TributaryError } from '../lib/errors.ts';
import { cid as branded, type Cid } from '../lib/units.ts';
import { ANNOUNCEMENT_KINDS, type Announcement, type Head, type Verdict, type Witness } from './types.ts';

export const HEADS_TOPIC = '/tributary/heads/1';
export const HEADS_PROTOCOL = '/tributary/heads/1.0.0';
export const ANNOUNCE_PROTOCOL = '/tributary/announce/1.0.0';
/** Inbound limit of every node. All must agree: a message above a receiver's limit silences gossipsub on that link for good. */
export const MAX_GOSSIP_BYTES = 64 * 1024;
/** Limit of what is published, far below that: a scope of 256 characters and a CID fit in a third of it. */
export const MAX_ANNOUNCEMENT_BYTES = 4_096;
export const MAX_SCOPE_LENGTH = 256;
export const HEADS_PER_PAGE = 200;
export const MAX_PAGE_BYTES = 1 << 20;
export const MAX_REQUEST_BYTES = 1_024;
export const MAX_ANSWER_BYTES = 4_096;
/** The name of a list of heads, which whoever asks remembers for each peer. */
const MAX_EPOCH_LENGTH = 64;
/** Witnesses that travel with a head: one of each relay. */
export const MAX_WITNESSES = 4;

function isCid(value: unknown): value is Cid {
  // Identity CIDs carry any bytes, and a second spelling of one CID would be a second announcement: neither is passed on.
  return typeof value === 'string' && isCanonicalCidText(value, ['raw', 'dag-cbor']);
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
  readonly heads: readonly Head[];
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
  return value?.['v'] === 1 && typeof epoch === 'string' && Number.isSafeInteger(after) && (after as number) >= 0
    ? { epoch, after: after as number }
    : null;
}

export function encodeHeadsPage({ epoch, heads, last, more }: HeadsPage): Uint8Array {
  return encode({
    v: 1,
    epoch,
    last,
    more,
    heads: heads.map(headFields),
  });
}

/** A page of heads, without those that are malformed; null when the page itself is malformed. */
export function decodeHeadsPage(bytes: Uint8Array): HeadsPage | null {
  const value = decodeBounded(bytes, MAX_PAGE_BYTES);
  const { epoch, heads, last, more } = value ?? {};
  if (value?.['v'] !== 1 || typeof epoch !== 'string' || epoch.length > MAX_EPOCH_LENGTH) return null;
  if (!Array.isArray(heads) || !isCount(last)) return null;
  const sound = (heads.slice(0, HEADS_PER_PAGE) as unknown[]).flatMap((head) => readHead(head) ?? []);
  return { epoch, heads: sound, last, more: more === true };
}

function headFields({ kind, scope, cid, provider, witnesses = [] }: Head): Record<string, unknown> {
  const told = witnesses.slice(0, MAX_WITNESSES).map(witnessFields);
  return { kind, scope, cid, provider, ...(told.length === 0 ? {} : { witnesses: told }) };
}

/** A head without the witnesses that are malformed; null when the head itself is. Whether witnesses are true is not decided here. */
function readHead(value: unknown): Head | null {
  if (!isAnnouncement(value)) return null;
  const { kind, scope, cid } = value;
  const { provider, witnesses } = value as unknown as Record<string, unknown>;
  if (!isProvider(provider)) return null;
  const listed: readonly unknown[] = Array.isArray(witnesses) ? witnesses.slice(0, MAX_WITNESSES) : [];
  const sound = listed.flatMap((each) => readWitness(each, cid) ?? []);
  return { kind, scope, cid, provider, ...(sound.length === 0 ? {} : { witnesses: sound }) };
}

function witnessFields({ relay, sequence, time, signature }: Witness): Record<string, unknown> {
  return { relay, sequence, time, signature };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readWitness(value: unknown, cid: Cid): Witness | null {
  if (typeof value !== 'object' || value === null) return null;
  const { relay, sequence, time, signature } = value as Record<string, unknown>;
  if (!isProvider(relay) || !isCount(sequence) || !isCount(time)) return null;
  if (!(signature instanceof Uint8Array) || signature.byteLength > 600) return null;
  return { cid, relay, sequence, time, signature: ownBytes(signature) };
}

/** The form in which heads and queued announcements are stored on disk. `place`: where it came from, which no page of heads tells. */
export function encodeHead(head: Head, place = ''): Uint8Array<ArrayBuffer> {
  return ownBytes(encode({ v: 1, ...headFields(head), ...(place === '' ? {} : { place }) }));
}

export function decodeHead(bytes: Uint8Array): (Head & { readonly place: string }) | null {
  const value = decodeBounded(bytes, 2 * MAX_ANNOUNCEMENT_BYTES);
  const head = readHead(value);
  return head === null ? null : { ...head, place: typeof value?.['place'] === 'string' ? value['place'] : '' };
}

export interface Answer {
  readonly verdict: Verdict;
  readonly witnesses: readonly Witness[];
}

/** A verdict as a relay sends it: cut to what a reader takes, and without the words where they are too many bytes for it. */
export function encodeAnswer({ verdict, witnesses }: Answer): Uint8Array<ArrayBuffer> {
  const whole = answerBytes(verdict, witnesses);
  if (whole.byteLength <= MAX_ANSWER_BYTES) return whole;
  const { message: _message, facts: _facts, ...short } = verdict;
  return answerBytes(short, witnesses);
}

function answerBytes(verdict: Verdict, witnesses: readonly Witness[]): Uint8Array<ArrayBuffer> {
  const { outcome, code, message, facts = {}, retryAfterSeconds } = verdict;
  const told = Object.entries(facts)
    .map(([name, value]): [string, unknown] => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_FACT_LENGTH) : value,
    ])
    .filter(isFact)
    .slice(0, MAX_FACTS);
  return ownBytes(
    encode({
      v: 1,
      outcome,
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE_LENGTH) }),
      ...(told.length === 0 ? {} : { facts: Object.fromEntries(told) }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(witnesses.length === 0 ? {} : { witnesses: witnesses.slice(0, MAX_WITNESSES).map(witnessFields) }),
    }),
  );
}

const MAX_FACTS = 8;
const MAX_FACT_LENGTH = 120;
const MAX_MESSAGE_LENGTH = 300;
const MAX_RETRY_SECONDS = 86_400;

function isFact([name, value]: [string, unknown]): boolean {
  if (!/^[a-z]\w{0,39}$/i.test(name)) return false;
  return typeof value === 'string' ? value.length <= MAX_FACT_LENGTH : Number.isFinite(value);
}

/** The answer to the announcement of `cid`; null for anything malformed. */
export function decodeAnswer(bytes: Uint8Array, cid: Cid): Answer | null {
  const value = decodeBounded(bytes, MAX_ANSWER_BYTES);
  const { outcome, code, message, facts, retryAfterSeconds, witnesses } = value ?? {};
  if (value?.['v'] !== 1 || !(outcome === 'kept' || outcome === 'refused' || outcome === 'later')) return null;
  const listed: readonly unknown[] = Array.isArray(witnesses) ? witnesses.slice(0, MAX_WITNESSES) : [];
  const named = typeof facts === 'object' && facts !== null ? Object.entries(facts).slice(0, MAX_FACTS) : [];
  return {
    verdict: {
      outcome,
      ...(typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,59}$/.test(code) ? { code } : {}),
      ...(typeof message === 'string' ? { message: message.slice(0, MAX_MESSAGE_LENGTH) } : {}),
      ...(named.length === 0 ? {} : { facts: Object.fromEntries(named.filter(isFact)) }),
      ...(isCount(retryAfterSeconds) ? { retryAfterSeconds: Math.min(retryAfterSeconds, MAX_RETRY_SECONDS) } : {}),
    },
    witnesses: listed.flatMap((each) => readWitness(each, cid) ?? []),
  };
}

function decodeBounded(bytes: Uint8Array, maxBytes: number): Record<string, unknown> | null {
  if (bytes.byteLength > maxBytes) return null;
  try {
    const value = decodeCanonicalCbor(bytes);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // not canonical dag-cbor
  }
}
