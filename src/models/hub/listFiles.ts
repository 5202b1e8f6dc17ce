// The files of one repository of a Hub, all of one commit, with sizes and, for large files, the SHA-256 that the Hub keeps.
import * as v from 'valibot';
import { sendRequest } from '../remote/sendRequest.ts';
import type { SourceFile } from '../types.ts';
import { resolveUrl } from './hubAddress.ts';
import { hubInvalid } from './hubInvalid.ts';

export interface ListFilesParameters {
  readonly hub: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string | undefined;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HubListing {
  /** The commit, 40 hexadecimal digits: what is downloaded stays the same when the branch moves on. */
  readonly commit: string;
  readonly branch: string;
  readonly licence?: string;
  /** An agreement with the owner is needed to read the files. */
  readonly gated: boolean;
  readonly files: readonly SourceFile[];
}

const infoSchema = v.object({
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
  gated: v.optional(v.union([v.boolean(), v.string()]), false),
  tags: v.optional(v.array(v.string()), []),
  siblings: v.array(
    v.object({
      rfilename: v.string(),
      size: v.optional(v.nullable(v.number())),
      lfs: v.optional(v.nullable(v.object({ sha256: v.optional(v.string()), size: v.optional(v.number()) }))),
    }),
  ),
});

/** Throws `HUB_*`, `REMOTE_*`, `ABORTED`. */
export async function listFiles(parameters: ListFilesParameters): Promise<HubListing> {
  const { hub, repository, revision = 'main', token, signal } = parameters;
  const url = `${hub}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await sendRequest(url, { hub, token, signal, headers: { accept: 'application/json' } });
  const parsed = v.safeParse(infoSchema, await response.json().catch(() => undefined));
  if (!parsed.success) throw hubInvalid(url, v.getDotPath(parsed.issues[0]) ?? 'it is no description of a model');
  const { sha, tags, siblings, gated } = parsed.output;
  const licence = tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
  const files = siblings.flatMap(({ rfilename, size, lfs }): SourceFile[] => {
    const bytes = lfs?.size ?? size;
    // Nothing can be planned without a size; the Hub states one for every file of a commit.
    if (bytes === undefined || bytes === null || !Number.isSafeInteger(bytes) || bytes < 0) return [];
    // URLs resolve such segments, so that the name would lead to another repository.
    if (rfilename.split('/').some((part) => /^\.{0,2}$/.test(part))) return [];
    const sha256 = lfs?.sha256;
    return [
      {
        name: rfilename,
        bytes,
        ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {}),
        location: { kind: 'http', url: resolveUrl(hub, repository, sha, rfilename), hub },
      },
    ];
  });
  return {
    commit: sha,
    branch: revision,
    ...(licence === undefined ? {} : { licence }),
    gated: gated !== false,
    files,
  };
}
