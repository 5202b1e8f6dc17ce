// One HTTP request that the user asked for, with refusals as typed errors. The user's token goes to the Hub's own origin only:
// browsers remove the header when a redirect leaves that origin. Addresses in errors have no query and no credentials, since
// those may contain signatures and tokens.
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';

export interface RequestOptions {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Base address whose origin is a Hub: its refusals have a meaning, and the token may go there. */
  readonly hub?: string | undefined;
  readonly token?: string | undefined;
}

/** An address for an error or the screen: without user name, password, query and fragment. */
export function plainAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** How long a server asks to wait, in seconds: `Retry-After` as seconds or a date, or `t` of the draft `RateLimit` header. */
function waitFacts(headers: Headers): { readonly retryAfterSeconds?: number } {
  const after = headers.get('retry-after') ?? headers.get('ratelimit')?.match(/[;,]\s*t=(\d+)/)?.[1];
  if (after === undefined) return {};
  const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? { retryAfterSeconds: Math.max(0, Math.ceil(seconds)) } : {};
}

function refusedHint(status: number): string {
  if (status >= 500) return 'Try again later.';
  if (status === 416) return 'The file has become shorter: delete what has arrived of it, and open its source again.';
  return 'Check the address.';
}

/** `https://huggingface.co/owner/name`, the page on which a licence is accepted, from any address below it. */
function repositoryPage(url: string, hub: string): string {
  const path = plainAddress(url)
    .slice(hub.length)
    .replace(/^\/+/, '')
    .replace(/^api\/models\//, '');
  return `${hub}/${path.split('/').slice(0, 2).join('/')}`;
}

function hubRefusal(response: Response, url: string, hub: string, hasToken: boolean): TributaryError | undefined {
  const { status, headers } = response;
  const facts = { url: plainAddress(url), status };
  const gated = headers.get('x-error-code') === 'GatedRepo';
  if ((status === 401 || status === 403) && (gated || (status === 403 && hasToken))) {
    const page = repositoryPage(url, hub);
    return new TributaryError({
      code: 'HUB_GATED',
      message: hasToken
        ? 'Your token is not allowed to read this model.'
        : 'This model is given only to people who have accepted its licence.',
      facts: { ...facts, page },
      hint: `Accept the licence on ${page}, then give a token with the right to read it.`,
    });
  }
  if ((status === 401 || status === 403) && hasToken) {
    return new TributaryError({
      code: 'HUB_TOKEN_REFUSED',
      message: 'The Hub did not accept this token.',
      facts,
      hint: 'Copy the token again from the settings of your Hub account, or continue without one.',
    });
  }
  if (status === 401 || status === 403) {
    return new TributaryError({
      code: 'HUB_TOKEN_NEEDED',
      message: 'There is no such model, or it is private.',
      facts,
      hint: 'Check the name; for a private model give a token that may read it.',
    });
  }
  if (status === 404) {
    return new TributaryError({
      code: 'HUB_NOT_FOUND',
      message: 'The Hub has nothing under this name.',
      facts,
      hint: 'Check the owner, the name and the revision.',
    });
  }
  if (status === 429) {
    return new TributaryError({
      code: 'HUB_BUSY',
      message: 'The Hub asks to wait: too many requests came from this address.',
      facts: { ...facts, ...waitFacts(headers) },
      hint: 'Wait a few minutes; with a token the Hub allows more.',
    });
  }
  return undefined;
}

/**
 * The response, when it is a success. Throws `REMOTE_UNREACHABLE`, `REMOTE_REFUSED`, `HUB_GATED`, `HUB_TOKEN_NEEDED`,
 * `HUB_TOKEN_REFUSED`, `HUB_NOT_FOUND`, `HUB_BUSY`, `ABORTED`.
 */
export async function sendRequest(url: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', headers = {}, signal, hub, token } = options;
  const atHub = hub !== undefined && new URL(url).origin === new URL(hub).origin;
  const authorized = atHub && token !== undefined;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: authorized ? { ...headers, authorization: `Bearer ${token}` } : headers,
      // The caller stores the bytes; a copy in the HTTP cache would count against the same quota.
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true || isAbort(error)) throw toTributaryError(signal?.reason ?? error);
    throw new TributaryError({
      code: 'REMOTE_UNREACHABLE',
      message: 'The server does not answer.',
      facts: { url: plainAddress(url), online: navigator.onLine },
      hint: 'Check the connection. Some servers let no page read them (CORS), or send it round in circles: use another source then.',
      cause: error,
    });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const { status, headers: answered } = response;
  // The refusal may come from the storage that a Hub redirects to, which knows no names, licences and tokens.
  const byHub = atHub && new URL(response.url).origin === new URL(hub).origin;
  throw (
    (byHub ? hubRefusal(response, url, hub, authorized) : undefined) ??
    new TributaryError({
      code: 'REMOTE_REFUSED',
      message: `The server answered with status ${status}.`,
      facts: { url: plainAddress(url), status, ...waitFacts(answered) },
      hint: refusedHint(status),
    })
  );
}
