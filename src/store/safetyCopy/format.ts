// The archive "Export everything" writes, a zip:
//
//   tables/<table>.jsonl      records, one a line (`taggedJson.ts`), in the shapes of `recordSchemas.ts`
//   damaged/<table>.jsonl     records of other shapes, for whoever wants to look; an import leaves them out
//   blobs/<number>            files and long bytes that records hold
//   files/<area>/<name>       models, adapters, checkpoints
//   blocks/<multihash>        what the peers' node keeps: base32 upper case of the multihash
//   keys.json                 private keys under a password (`sealKeys.ts`)
//   manifest.json             version, and path, size, SHA-256 of all entries above; the last entry
import * as v from 'valibot';
import { TributaryError } from '../../lib/errors.ts';
import type { FileArea } from '../files.ts';
import type { TableName } from '../recordSchemas.ts';

export const FORMAT = 'tributary-safety-copy';
/** Version 2, the first that was an archive, had no long bytes in `blobs`; version 3 had vouchers that do not name their signer. */
export const VERSION = 4;
export const MANIFEST = 'manifest.json';
export const KEYS = 'keys.json';

/** What this code reads at most. Records are held in memory until all of them are checked. */
export const limits = {
  entries: 200_000,
  manifestBytes: 64 * 2 ** 20,
  recordBytes: 256 * 2 ** 20,
  blobBytes: 256 * 2 ** 20,
  blockBytes: 8 * 2 ** 20,
  keyBytes: 2 * 2 ** 20,
  /** Unpacked bytes for each packed one: text comes to 10, a bomb to 1,000. */
  ratio: 100,
} as const;

const entryPath =
  /^(manifest\.json|keys\.json|(tables|damaged)\/[a-z]{1,30}\.jsonl|blobs\/\d{1,6}|blocks\/[A-Z2-7]{10,120}|files\/(models|adapters|checkpoints)\/(?!\.+$)[A-Za-z0-9._-]{1,200})$/;

export function isEntryPath(path: string): boolean {
  return entryPath.test(path);
}

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entry = v.object({
  path: v.pipe(v.string(), v.regex(entryPath)),
  bytes: natural,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  facts: v.optional(v.record(v.string(), v.pipe(v.string(), v.maxLength(10_000)))),
});
export const manifestSchema = v.object({
  format: v.literal(FORMAT),
  version: natural,
  createdAt: v.pipe(natural, v.maxValue(8.64e15)),
  entries: v.pipe(v.array(entry), v.maxLength(limits.entries)),
});
export type Manifest = v.InferOutput<typeof manifestSchema>;
export type ManifestEntry = v.InferOutput<typeof entry>;

export function tablePath(table: TableName): string {
  return `tables/${table}.jsonl`;
}

export function filePath(area: FileArea, name: string): string {
  return `files/${area}/${name}`;
}

/** `place`: path in the archive, with line or record where it has one. */
export function invalid(reason: string, place = '', cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'STORE_EXPORT_INVALID',
    message: 'This file is not a safety copy that Tributary can read.',
    facts: { reason, place },
    hint: 'Choose an untouched file that "Export everything" wrote. Nothing was imported.',
    cause,
  });
}
