// Whether this page has an origin of its own. A path gateway (https://host/ipfs/<cid>/...) serves every site from one origin: each
// of them can read the storage of all others, and talk to a wallet in their name. Subdomain gateways give each site its own.
import { TributaryError } from '../../lib/errors.ts';

const SCHEMES = ['ipfs', 'ipns', 'bzz'];
/** CIDs of version 0 and 1, keys of IPNS, references of Swarm. */
const CONTENT = /^(Qm[1-9A-HJ-NP-Za-km-z]{44}|[bBkKzZfF][0-9A-Za-z]{40,}|[0-9a-f]{64}|[0-9a-f]{128})$/;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Whether an address is that of a path gateway. */
export function isSharedOrigin(address: string): boolean {
  const segments = new URL(address).pathname.split('/').map(decoded).filter(Boolean);
  return segments.some((segment, index) => {
    const next = segments[index + 1];
    // Some gateways lie below a path of their own; there only what looks like content is taken for it.
    return SCHEMES.includes(segment) && next !== undefined && (index === 0 || CONTENT.test(next));
  });
}

/** Before a key is made or read, or a wallet is asked. Throws `APP_SHARED_ORIGIN`. */
export function requireOwnOrigin(address: string = location.href): void {
  if (!isSharedOrigin(address)) return;
  throw new TributaryError({
    code: 'APP_SHARED_ORIGIN',
    message: 'This address is shared with every other site of the gateway, so wallets and keys are not used here.',
    facts: { origin: new URL(address).origin },
    hint: 'Open Tributary at an address of its own: a subdomain gateway, a domain, or `npm start`.',
  });
}
