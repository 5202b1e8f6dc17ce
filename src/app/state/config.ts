// What this copy of the app offers: models, adapters, Datanets, relays, a chain. `config.json` lies beside the page (a file
// in public/, or made by `npm start`); without it the rooms open and say what is missing.
import * as v from 'valibot';
import { TributaryError } from '../../lib/errors.ts';
import type { Deployment } from '../../settlement/index.ts';

const fileSchema = v.object({
  name: v.string(),
  /** Relative to the page, or absolute. */
  url: v.string(),
  bytes: v.optional(v.number()),
  /** 64 hexadecimal digits. Without it the file is not checked, and is stored under its URL. */
  sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

const modelSchema = v.object({
  id: v.string(),
  name: v.string(),
  /** One sentence: what it is good for. */
  description: v.optional(v.string(), ''),
  licence: v.optional(v.string(), ''),
  parameters: v.optional(v.number()),
  /** Longest context to reserve, in tokens. */
  contextLength: v.optional(v.number()),
  /** Whether earlier turns of a chat are given to it; very small models answer each question better on its own. */
  memory: v.optional(v.boolean(), true),
  files: v.array(fileSchema),
});

const adapterSchema = v.object({
  id: v.string(),
  name: v.string(),
  description: v.optional(v.string(), ''),
  /** Id of its base model. */
  model: v.string(),
  datanets: v.optional(v.array(v.string()), []),
  /** `adapter_config.json`, `adapter_model.safetensors`, and for attribution `index.cbor`, `rows.jsonl`. */
  files: v.optional(v.array(fileSchema), []),
  /** CID of a published manifest, instead of or beside files. */
  manifest: v.optional(v.string()),
  /** Questions to click. */
  questions: v.optional(v.array(v.string()), []),
});

const datanetSchema = v.object({
  /** The id that announcements and headers use: the one on chain where there is one. */
  id: v.string(),
  slug: v.optional(v.string()),
  name: v.string(),
  description: v.optional(v.string(), ''),
  /** Of its sample rows; empty: nobody says. */
  licence: v.optional(v.string(), ''),
  rowCount: v.optional(v.number()),
  contributorCount: v.optional(v.number()),
  /** JSON with `contributors: { address, name }[]`; default `datanet.json` beside the rows. */
  url: v.optional(v.string()),
  /** JSONL of its sample rows, relative to the page. */
  rowsUrl: v.optional(v.string()),
});

const configSchema = v.object({
  models: v.optional(v.array(modelSchema), []),
  adapters: v.optional(v.array(adapterSchema), []),
  datanets: v.optional(v.array(datanetSchema), []),
  /** Multiaddrs, each ending in /p2p/<id>. */
  relays: v.optional(v.array(v.string()), []),
  allowLocal: v.optional(v.boolean(), false),
  deployment: v.optional(
    v.nullable(
      v.custom<Deployment>(
        (value) => typeof value === 'object' && value !== null && 'chainId' in value && 'addresses' in value,
      ),
    ),
    null,
  ),
});

export type AppConfig = v.InferOutput<typeof configSchema>;
export type ConfigFile = v.InferOutput<typeof fileSchema>;
export type ConfigModel = v.InferOutput<typeof modelSchema>;

/** Checks a parsed `config.json`. Throws `APP_CONFIG_INVALID` naming the place. */
export function parseConfig(value: unknown): AppConfig {
  const result = v.safeParse(configSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new TributaryError({
    code: 'APP_CONFIG_INVALID',
    message: 'The file config.json is not of the expected form.',
    facts: { path: v.getDotPath(issue) ?? '', problem: issue.message },
    hint: 'Correct the file, or remove it to use the defaults.',
  });
}

let loaded: AppConfig | undefined;

/** Reads `config.json` once. The shell awaits this before any room opens. */
export async function loadConfig(): Promise<AppConfig> {
  if (loaded !== undefined) return loaded;
  const response = await fetch('./config.json', { cache: 'no-cache' });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  // A static host may answer a missing file with its own page.
  loaded = response.ok && isJson ? parseConfig(await response.json()) : parseConfig({});
  return loaded;
}

/** The configuration, once the shell has loaded it. */
export function config(): AppConfig {
  return loaded ?? parseConfig({});
}

/** For tests: sets the configuration without a server. */
export function setConfig(value: unknown): void {
  loaded = parseConfig(value);
}
