// Addresses of a Hub's files, and the ways in which people write the name of a model. Only text, no requests.

/** The Hugging Face Hub. Mirrors have the same paths below another base. */
export const HUGGING_FACE_HUB = 'https://huggingface.co';

/** `owner/name` and a revision, as written by a person or in an address. */
export interface RepositoryName {
  readonly repository: string;
  readonly revision?: string;
}

const REPOSITORY_NAME = /^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/;

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

/**
 * The repository that `text` names: `owner/name`, `owner/name@revision`, or an address of its page, of a folder or a file
 * on `hub`. Undefined when it is something else.
 */
export function parseRepository(text: string, hub: string): RepositoryName | undefined {
  const trimmed = text.trim();
  let path = trimmed;
  if (/^https?:\/\//i.test(trimmed)) {
    if (!URL.canParse(trimmed)) return undefined;
    const url = new URL(trimmed);
    const base = new URL(hub);
    const prefix = base.pathname.replace(/\/$/, '');
    const known = url.origin === base.origin || url.origin === HUGGING_FACE_HUB || url.host === 'hf.co';
    if (!known || !url.pathname.startsWith(url.origin === base.origin ? prefix : '')) return undefined;
    const below = decodePath(url.pathname.slice(url.origin === base.origin ? prefix.length : 0)) ?? '';
    path = below.replace(/^\/+|\/+$/g, '');
    const [owner, name, kind, revision] = path.split('/');
    const repository = `${owner}/${name}`;
    if (!REPOSITORY_NAME.test(repository)) return undefined;
    const named = ['tree', 'blob', 'resolve', 'commit'].includes(kind ?? '') && revision !== undefined;
    return named ? { repository, revision } : { repository };
  }
  const [repository = '', revision] = path.split('@');
  if (!REPOSITORY_NAME.test(repository)) return undefined;
  return revision === undefined || revision === '' ? { repository } : { repository, revision };
}
