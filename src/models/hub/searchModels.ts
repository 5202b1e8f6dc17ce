// Searches a Hub for models that generate text, in file formats that this engine reads. Most downloaded first.
import * as v from 'valibot';
import { sendRequest } from '../remote/sendRequest.ts';
import type { HubModel } from '../types.ts';
import { hubInvalid } from './hubInvalid.ts';

export interface SearchParameters {
  readonly hub: string;
  readonly query: string;
  readonly token?: string | undefined;
  /** `next` of the page before. */
  readonly page?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SearchPage {
  readonly models: readonly HubModel[];
  /** `page` of the next search; absent on the last page. */
  readonly next?: string;
}

const PAGE_SIZE = 50;
const EXPANDED_FIELDS = [
  'downloads',
  'likes',
  'lastModified',
  'gated',
  'private',
  'tags',
  'safetensors',
  'gguf',
] as const;

const entrySchema = v.object({
  id: v.string(),
  downloads: v.optional(v.number(), 0),
  likes: v.optional(v.number(), 0),
  lastModified: v.optional(v.string()),
  gated: v.optional(v.union([v.boolean(), v.string()]), false),
  private: v.optional(v.boolean(), false),
  tags: v.optional(v.array(v.string()), []),
  safetensors: v.optional(v.object({ total: v.optional(v.number()) })),
  gguf: v.optional(v.object({ total: v.optional(v.number()), architecture: v.optional(v.string()) })),
});

type Entry = v.InferOutput<typeof entrySchema>;

function toModel(entry: Entry): HubModel | undefined {
  const { id, downloads, likes, lastModified, tags, safetensors, gguf } = entry;
  const containers = (['gguf', 'safetensors'] as const).filter((container) => tags.includes(container));
  if (containers.length === 0) return undefined;
  const licence = tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length);
  const parameterCount = gguf?.total ?? safetensors?.total;
  return {
    repository: id,
    downloads,
    likes,
    ...(lastModified === undefined ? {} : { updatedAt: lastModified }),
    ...(licence === undefined ? {} : { licence }),
    gated: entry.gated !== false,
    isPrivate: entry.private,
    ...(gguf?.architecture === undefined ? {} : { architecture: gguf.architecture }),
    ...(parameterCount === undefined ? {} : { parameterCount }),
    containers,
  };
}

/** The address of the next page in a `Link` header. It must stay on the Hub: the token travels with it. */
function nextPage(link: string | null, hub: string): string | undefined {
  const next = link?.match(/<([^>]+)>;\s*rel="next"/)?.[1];
  if (next === undefined || !URL.canParse(next, hub)) return undefined;
  const url = new URL(next, hub);
  return url.origin === new URL(hub).origin ? url.href : undefined;
}

/** Throws `HUB_*`, `REMOTE_*`, `ABORTED`. */
export async function searchModels(parameters: SearchParameters): Promise<SearchPage> {
  const { hub, query, token, page, signal } = parameters;
  const search = new URLSearchParams({
    search: query,
    pipeline_tag: 'text-generation',
    sort: 'downloads',
    limit: String(PAGE_SIZE),
  });
  for (const key of EXPANDED_FIELDS) search.append('expand', key);
  const url = page ?? `${hub}/api/models?${search}`;
  const response = await sendRequest(url, { hub, token, signal, headers: { accept: 'application/json' } });
  const entries = v.safeParse(v.array(v.unknown()), await response.json().catch(() => undefined));
  if (!entries.success) throw hubInvalid(url, 'its list of models is no list');
  // A malformed entry is left out: the others are still useful.
  const models = entries.output.flatMap((entry) => {
    const parsed = v.safeParse(entrySchema, entry);
    return parsed.success ? (toModel(parsed.output) ?? []) : [];
  });
  const next = nextPage(response.headers.get('link'), hub);
  return { models, ...(next === undefined ? {} : { next }) };
}
