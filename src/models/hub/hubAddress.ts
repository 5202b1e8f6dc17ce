// Addresses of a Hub's files, and the ways in which people write the name of a model. Only text, no requests.

/** The Hugging Face Hub. Mirrors have the same paths below another base. */
export const HUGGING_FACE_HUB = 'https://huggingface.co';

/** `owner/name` and a revision, as written by a person or in an address. */
export interface RepositoryName {
  readonly repository: string;
  readonly revision?: string;
}

const REPOSITORY_NAME = /^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/;

/** Names of Git: no white space, no parts of dots. */
const REVISION = /^(?!.*(?:^|\/)\.)(?!.*\.\.)[^\s~^:?*[\\\p{Cc}]+$/u;

/** Hosts of the Hub, beside that of a mirror. */
const HUB_HOSTS = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co', 'www.hf.co']);

/** First parts of the Hub's paths that are no owner of a model. */
const NOT_AN_OWNER = new Set([
  'api',
  'blog',
  'buckets',
  'chat',
  'collections',
  'datasets',
  'docs',
  'enterprise',
  'inference',
  'join',
  'kernels',
  'languages',
  'learn',
  'login',
  'metrics',
  'models',
  'new',
  'organizations',
  'papers',
  'posts',
  'pricing',
  'settings',
  'spaces',
  'storage',
  'support',
  'tasks',
]);

/** Pages of a repository whose address goes on with a revision. */
const OF_A_REVISION = new Set(['tree', 'blob', 'resolve', 'raw', 'blame', 'commit', 'commits', 'edit', 'revision']);

/** The percent-decoded path; undefined when it is malformed. */
export function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // `decodeURIComponent` reports it only by throwing; the caller decides what it means.
    return undefined;
  }
}

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** Where the bytes of a file are. */
export function resolveUrl(hub: string, repository: string, revision: string, path: string): string {
  return `${hub}/${repository}/resolve/${encodeURIComponent(revision)}/${encodePath(path)}`;
}

/** The part of an address below the Hub; undefined when it is of another server. */
function pathBelow(address: string, hub: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const [url, base] = [new URL(address), new URL(hub)];
  const isBase = url.host === base.host;
  if (!isBase && !HUB_HOSTS.has(url.host)) return undefined;
  const prefix = isBase ? base.pathname.replace(/\/$/, '') : '';
  return url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : undefined;
}

/** Whether an address is of the Hub, and of no model: a data set and a space have files of the same names. */
export function isNoModel(address: string, hub: string): boolean {
  const owner = pathBelow(address, hub)?.split('/')[1]?.toLowerCase();
  return owner !== undefined && (HUB_HOSTS.has(new URL(address).host) || NOT_AN_OWNER.has(owner));
}

/** What a person copied around an address: quotes, brackets, characters that show nothing. */
const AROUND = /^[\s"'`<\p{Pi}\p{Cf}]+|[\s"'`>\p{Pi}\p{Pf}\p{Cf}]+$/gu;

/**
 * The repository that `text` names: `owner/name`, with `@revision`, or `:Q4_K_M` as other programs have it for a file's format; or an
 * address of its page, of a folder or a file on `hub`, with or without `https://`. Undefined when it is something else: a data set, a
 * space, a person's page.
 */
export function parseRepository(text: string, hub: string): RepositoryName | undefined {
  const plain = text.replace(AROUND, '').replace(/^hf:\/\//i, 'https://hf.co/');
  const host = plain.split('/')[0]?.toLowerCase() ?? '';
  const address = HUB_HOSTS.has(host) ? `https://${plain}` : plain;
  const isAddress = /^https?:\/\//i.test(address);
  const path = isAddress ? pathBelow(address, hub) : address.replace(/[?#].*$/s, '');
  const parts = (path ?? '').split('/').filter((part, index) => part !== '' || (!isAddress && index === 0));
  const [owner = '', written = '', page, ...rest] = (
    parts[0] === 'api' && parts[1] === 'models' ? parts.slice(2) : parts
  ).map(decodePath);
  // A name of one part, as the oldest models had, would leave the page's as the second.
  if (NOT_AN_OWNER.has(owner.toLowerCase()) || OF_A_REVISION.has(written)) return undefined;
  const [name = '', ...behind] = written.split('@');
  const repository = `${owner}/${name.replace(/:[\w.-]+$|\.git$/, '')}`;
  const isOfRevision = OF_A_REVISION.has(page ?? '');
  const isNamed = behind.length > 0;
  // The Hub has pages of its own below a repository; a bare name with another part is something else.
  if (!REPOSITORY_NAME.test(repository) || (page !== undefined && !isAddress && !isOfRevision && !isNamed))
    return undefined;
  // Git's names of pull requests have three parts, and addresses have their slashes as they are or encoded.
  const revisionOf = (names: readonly (string | undefined)[]): string =>
    (names[0] === 'refs' ? names.slice(0, 3).join('/') : names[0]) ?? '';
  const further = [page, ...rest];
  const named = [behind.join('@'), ...further];
  const revision = isNamed
    ? isAddress
      ? revisionOf(named)
      : named.filter((part) => part !== undefined).join('/')
    : isOfRevision
      ? revisionOf(rest)
      : '';
  if (revision === '') return { repository };
  return REVISION.test(revision) ? { repository, revision } : undefined;
}
