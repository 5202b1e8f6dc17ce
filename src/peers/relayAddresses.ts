// Addresses of relays: as a person or the configuration wrote them, and as a relay's status endpoint says they are now.
import { peerIdFromString } from '@libp2p/peer-id';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { TributaryError } from '../lib/errors.ts';
import { readAtMost } from '../lib/readAtMost.ts';

const STATUS_TIMEOUT_MILLISECONDS = 3_000;
const MAX_STATUS_BYTES = 256 * 1024;

export interface RelayAddresses {
  readonly id: string;
  readonly addresses: readonly Multiaddr[];
}

function invalid(address: string, cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'RELAY_ADDRESS_INVALID',
    message: 'This is not the address of a relay.',
    facts: { address: address.slice(0, 300) },
    hint: 'Copy the whole line that the relay prints; it ends in /p2p/ and the identity of the relay.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Groups multiaddrs by the relay that they lead to. Throws `RELAY_ADDRESS_INVALID`. */
export function parseRelays(texts: readonly string[]): RelayAddresses[] {
  const byId = new Map<string, Multiaddr[]>();
  for (const text of texts) {
    const last = /\/p2p\/([^/]+)$/.exec(text)?.[1];
    if (last === undefined) throw invalid(text);
    try {
      const address = multiaddr(text);
      const id = peerIdFromString(last).toString();
      byId.set(id, [...(byId.get(id) ?? []), address]);
    } catch (cause) {
      throw invalid(text, cause);
    }
  }
  return [...byId].map(([id, addresses]) => ({ id, addresses }));
}

/**
 * Addresses of `relay` to dial now: those that the status endpoint tells (hashes of certificates change), else the configured
 * ones. An endpoint that does not answer, or answers something else, is passed over.
 */
export async function currentAddresses(
  relay: RelayAddresses,
  statusUrl: string | undefined,
): Promise<readonly Multiaddr[]> {
  if (statusUrl === undefined) return relay.addresses;
  try {
    const response = await fetch(statusUrl, { signal: AbortSignal.timeout(STATUS_TIMEOUT_MILLISECONDS) });
    const body = await readAtMost(response, MAX_STATUS_BYTES, () => new Error('not a status'));
    const { multiaddrs } = JSON.parse(new TextDecoder().decode(body)) as { multiaddrs?: unknown };
    const told = Array.isArray(multiaddrs) ? multiaddrs.filter((text): text is string => typeof text === 'string') : [];
    return parseRelays(told).find(({ id }) => id === relay.id)?.addresses ?? relay.addresses;
  } catch {
    return relay.addresses; // the endpoint is optional
  }
}
