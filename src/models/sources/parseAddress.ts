// Parses what a person typed as the location of a model: a repository, the address of a file or folder, or a CID. Only text, no
// requests.
import { CID } from 'multiformats/cid';
import { TributaryError } from '../../lib/errors.ts';
import { decodePath, isNoModel, parseRepository } from '../hub/hubAddress.ts';

export type Address =
  | { readonly kind: 'hub'; readonly repository: string; readonly revision?: string }
  | { readonly kind: 'url'; readonly url: string }
  /** `path`: below the CID; empty for all of it. */
  | { readonly kind: 'ipfs'; readonly cid: string; readonly path: string; readonly gateway?: string };

function isCid(text: string): boolean {
  try {
    CID.parse(text);
    return true;
  } catch {
    // Not an error here: it may be an address of another kind.
    return false;
  }
}

function ipfs(text: string, gateway?: string): Address | undefined {
  const [cid = '', ...rest] = text.split('/').filter((part) => part !== '');
  const path = decodePath(rest.join('/'));
  if (!isCid(cid) || path === undefined) return undefined;
  return { kind: 'ipfs', cid, path, ...(gateway === undefined ? {} : { gateway }) };
}

/** `https://gateway/ipfs/<cid>/path`, or `https://<cid>.ipfs.gateway/path`. */
function gatewayAddress(url: URL): Address | undefined {
  if (url.pathname.startsWith('/ipfs/')) return ipfs(url.pathname.slice('/ipfs/'.length), url.origin);
  const [cid = '', label, ...host] = url.host.split('.');
  if (label !== 'ipfs' || host.length === 0) return undefined;
  return ipfs(`${cid}${url.pathname}`, `${url.protocol}//${host.join('.')}`);
}

/** Throws `SOURCE_INVALID` for text that is none of these. */
export function parseAddress(text: string, hub: string): Address {
  const trimmed = text.trim();
  const scheme = trimmed.match(/^ipfs:\/\/(?:ipfs\/)?(.+)$/i)?.[1];
  const found =
    ipfs(scheme ?? trimmed) ??
    (scheme === undefined ? repositoryAddress(trimmed, hub) : undefined) ??
    (/^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? webAddress(new URL(trimmed), hub) : undefined);
  if (found !== undefined) return found;
  throw new TributaryError({
    code: 'SOURCE_INVALID',
    message: 'This names no model.',
    facts: { address: trimmed.slice(0, 200) },
    hint: 'Give owner/name, the address of a .gguf file or of a config.json, or a CID.',
  });
}

function repositoryAddress(text: string, hub: string): Address | undefined {
  const repository = parseRepository(text, hub);
  return repository === undefined ? undefined : { kind: 'hub', ...repository };
}

function webAddress(url: URL, hub: string): Address | undefined {
  if (isNoModel(url.href, hub)) return undefined;
  const gateway = gatewayAddress(url);
  if (gateway !== undefined) return gateway;
  const path = decodePath(url.pathname);
  return path !== undefined && /\.gguf$|\/config\.json$/i.test(path) ? { kind: 'url', url: url.href } : undefined;
}
