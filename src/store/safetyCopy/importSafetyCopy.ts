// Brings a checked safety copy in: what it would change, told before; then all records in one transaction. What a failed import had
// written before that is taken back.
import { sha256 as hasher } from '@noble/hashes/sha2.js';
import { base32upper } from 'multiformats/bases/base32';
import * as v from 'valibot';
import { bytesToHex } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { sha256Async } from '../../lib/sha256Async.ts';
import { type BlockDatabase, withBlocks } from '../blockDatabase.ts';
import { database, type SessionRecord } from '../database.ts';
import { deleteFile, type FileArea, openFileWriter, readFile, readFileFacts, safeName } from '../files.ts';
import { guardWrite, requireSpace } from '../guard.ts';
import { privateKeySchema, recordKey, sessionSchema, type TableName } from '../recordSchemas.ts';
import { openKeys } from '../sealKeys.ts';
import { filePath, invalid, KEYS } from './format.ts';
import { type CopiedBytes, collect, type SafetyCopy } from './readSafetyCopy.ts';
import { fromTagged } from './taggedJson.ts';
import type { CopyProgress } from './writeSafetyCopy.ts';

const BURNER = 'burnerKey';
/** Files that replace others wait under this name until the records are in. */
const WAITING = 'import.';

export interface Change {
  readonly kind: TableName | FileArea | 'blocks' | 'keys';
  readonly added: number;
  /** Here already, the same. */
  readonly same: number;
  /** Here already, and different. */
  readonly conflicts: number;
}

type Standing = 'added' | 'same' | 'conflicts';

/** Equal content, whatever the order of fields; of Blobs, which take time to read, the size. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return Object.is(left, right);
  if (left instanceof Blob || right instanceof Blob)
    return left instanceof Blob && right instanceof Blob && left.size === right.size;
  if (left instanceof Uint8Array || right instanceof Uint8Array)
    return (
      left instanceof Uint8Array &&
      right instanceof Uint8Array &&
      left.length === right.length &&
      left.every((byte, index) => byte === right[index])
    );
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const fields = (value: object): Map<string, unknown> =>
    new Map(Object.entries(value).filter(([, field]) => field !== undefined));
  const [here, there] = [fields(left), fields(right)];
  return (
    here.size === there.size && [...here].every(([name, field]) => there.has(name) && isSame(field, there.get(name)))
  );
}

async function hashOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const hash = hasher.create();
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) hash.update(next.value);
  return bytesToHex(hash.digest());
}

async function standingOfFile(file: CopiedBytes & { readonly area: FileArea }): Promise<Standing> {
  const blob = await readFile(file.area, file.name);
  if (blob === undefined) return 'added';
  if (blob.size !== file.bytes) return 'conflicts';
  const known = (await readFileFacts(file.area, file.name))?.['sha256'];
  const sha256 = file.area === 'models' && known !== undefined ? known : await hashOf(blob.stream());
  return sha256 === file.sha256 ? 'same' : 'conflicts';
}

function requireWholeAdapters(copy: SafetyCopy): void {
  const carried = new Map(copy.files.map((file) => [filePath(file.area, file.name), file]));
  for (const { id, files } of (copy.records.get('adapters') ?? []) as readonly {
    readonly id: string;
    readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  }[]) {
    for (const { name, sha256 } of files) {
      const path = filePath('adapters', safeName(`${id}--${name}`));
      if (carried.get(path)?.sha256 !== sha256) throw invalid('a file of an adapter is missing or another one', path);
    }
  }
}

/** What an import would do here. Throws `STORE_EXPORT_INVALID` for an adapter that is not whole. */
export async function compareSafetyCopy(copy: SafetyCopy): Promise<readonly Change[]> {
  requireWholeAdapters(copy);
  const changes: Change[] = [];
  const count = (kind: Change['kind'], standings: readonly Standing[]): void => {
    const of = (standing: Standing): number => standings.filter((each) => each === standing).length;
    if (standings.length > 0) changes.push({ kind, added: of('added'), same: of('same'), conflicts: of('conflicts') });
  };
  for (const [table, records] of copy.records) {
    const rows = database().table<unknown, string>(table);
    const names = records.map((record) => recordKey(table, record));
    // A damaged record is read as absent, but its key is there: that is a conflict, for the person to decide.
    const [present, keys] = await Promise.all([rows.bulkGet(names), rows.where(':id').anyOf(names).primaryKeys()]);
    const known = new Set(keys);
    count(
      table,
      records.map((record, index) =>
        !known.has(names[index] ?? '') ? 'added' : isSame(present[index], record) ? 'same' : 'conflicts',
      ),
    );
  }
  const byArea = Map.groupBy(copy.files, ({ area }) => area);
  for (const [area, files] of byArea) count(area, await Promise.all(files.map(standingOfFile)));
  if (copy.blocks.length > 0) {
    await withBlocks(async (blocks) =>
      count(
        'blocks',
        await Promise.all(
          copy.blocks.map(async ({ name }) => ((await blocks.has(name)) ? 'same' : 'added') as Standing),
        ),
      ),
    );
  }
  return changes;
}

export interface ImportSafetyCopyParameters {
  readonly copy: SafetyCopy;
  /** What happens where something else of the same name is here. */
  readonly conflicts: 'keep' | 'replace';
  /** Opens the keys of the copy; absent: they are left out. */
  readonly password?: string;
  /** The stored form of a private key. Throws `KEYS_LOCKED`. */
  closeKey(privateKey: string): Promise<string>;
  /** Whether a voucher was signed by its signer. */
  isSigned(voucher: unknown): Promise<boolean>;
  onProgress?(progress: CopyProgress): void;
  readonly signal?: AbortSignal;
}

interface OpenedKeys {
  readonly burner: string | undefined;
  readonly sessions: readonly SessionRecord[];
}

async function openCopiedKeys({ copy, password, closeKey }: ImportSafetyCopyParameters): Promise<OpenedKeys> {
  if (copy.keys === undefined || password === undefined) return { burner: undefined, sessions: [] };
  const opened = await openKeys({ sealed: copy.keys, secret: { kind: 'password', password } });
  let burner: string | undefined;
  const sessions: SessionRecord[] = [];
  for (const [name, value] of Object.entries(opened)) {
    if (name === BURNER) {
      if (!v.is(privateKeySchema, value)) throw invalid('a key has the wrong form', `${KEYS}, ${name}`);
      burner = await closeKey(value);
      continue;
    }
    let record: unknown;
    try {
      record = fromTagged(JSON.parse(value), () => new Uint8Array());
    } catch (cause) {
      throw invalid('a key has the wrong form', `${KEYS}, ${name}`, cause);
    }
    const session = v.safeParse(sessionSchema, record);
    if (!session.success || name !== `session/${session.output.id}`)
      throw invalid('a key has the wrong form', `${KEYS}, ${name}`);
    sessions.push({ ...session.output, privateKey: await closeKey(session.output.privateKey) });
  }
  return { burner, sessions };
}

async function putBlock(blocks: BlockDatabase, { name, stream }: CopiedBytes): Promise<void> {
  const bytes = new Uint8Array(await (await collect(stream())).arrayBuffer());
  const digest = bytesToHex(await sha256Async(bytes));
  let multihash: string;
  try {
    multihash = bytesToHex(base32upper.decode(name));
  } catch (cause) {
    throw invalid('no name of a block', `blocks/${name}`, cause);
  }
  // 0x12: SHA-256, 0x20: 32 bytes.
  if (multihash !== `1220${digest}`) throw invalid('its bytes have another hash than its name', `blocks/${name}`);
  await guardWrite(() => blocks.put(name, bytes), bytes.byteLength);
}

/**
 * Imports a copy that `readSafetyCopy` returned. Returns how many records, files, blocks and keys are new or replaced. Throws
 * `STORE_EXPORT_INVALID`, `KEYS_WRONG_SECRET`, `KEYS_LOCKED`, `STORE_QUOTA_EXCEEDED` and the reason of `signal`; then nothing of
 * the copy stays.
 */
export async function importSafetyCopy(parameters: ImportSafetyCopyParameters): Promise<number> {
  const { copy, conflicts, isSigned, onProgress, signal } = parameters;
  requireWholeAdapters(copy);
  const keys = await openCopiedKeys(parameters);
  for (const voucher of copy.records.get('vouchers') ?? []) {
    if (!(await isSigned(voucher)))
      throw invalid(
        'a voucher is not signed by its signer',
        `tables/vouchers.jsonl, ${recordKey('vouchers', voucher)}`,
      );
  }

  const replace = conflicts === 'replace';
  const wanted: (CopiedBytes & { readonly area: FileArea; readonly writtenAs: string })[] = [];
  for (const file of copy.files) {
    const standing = await standingOfFile(file);
    if (standing === 'added') wanted.push({ ...file, writtenAs: file.name });
    else if (standing === 'conflicts' && replace)
      wanted.push({ ...file, writtenAs: safeName(`${WAITING}${file.name}`) });
  }
  const totalBytes = [...wanted, ...copy.blocks].reduce((total, { bytes }) => total + bytes, 0);
  await requireSpace(totalBytes);

  let doneBytes = 0;
  let count = 0;
  const undo: (() => Promise<void>)[] = [];
  const done = (bytes: number): void => {
    doneBytes += bytes;
    onProgress?.({ doneBytes, totalBytes });
  };
  try {
    for (const { area, writtenAs, facts, stream } of wanted) {
      undo.push(() => deleteFile(area, writtenAs));
      // What an unfinished download had of it is of no use beside the whole.
      await deleteFile(area, writtenAs);
      const writer = await openFileWriter(area, writtenAs);
      const reader = stream().getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        signal?.throwIfAborted();
        await writer.write(next.value);
        done(next.value.byteLength);
      }
      await writer.finish(facts);
      count += 1;
    }
    if (copy.blocks.length > 0) {
      await withBlocks(async (blocks) => {
        for (const block of copy.blocks) {
          signal?.throwIfAborted();
          if (!(await blocks.has(block.name))) {
            undo.push(() => withBlocks((again) => again.delete(block.name)));
            await putBlock(blocks, block);
            count += 1;
          }
          done(block.bytes);
        }
      });
    }
    signal?.throwIfAborted();
    count += await guardWrite(() => putRecords(copy, keys, replace), totalBytes);
  } catch (error) {
    // As much as can be: the first failure is the one that counts.
    for (const takeBack of undo.reverse()) await takeBack().catch(() => undefined);
    throw error;
  }
  for (const { area, name, writtenAs } of wanted) if (writtenAs !== name) await takePlace(area, name, writtenAs);
  return count;
}

/** A waiting file under its own name, in place of the one before. */
async function takePlace(area: FileArea, name: string, waiting: string): Promise<void> {
  const [blob, facts] = await Promise.all([readFile(area, waiting), readFileFacts(area, waiting)]);
  if (blob === undefined) {
    throw new TributaryError({
      code: 'STORE_UNAVAILABLE',
      message: 'This browser does not let the page keep files.',
      facts: { file: name },
      hint: 'Import the safety copy again; what it held is still in it.',
    });
  }
  await deleteFile(area, name);
  const writer = await openFileWriter(area, name);
  const reader = blob.stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) await writer.write(next.value);
  await writer.finish({ ...facts });
  await deleteFile(area, waiting);
}

/** All or nothing. Only tables are awaited inside, or the transaction would end. */
function putRecords(copy: SafetyCopy, keys: OpenedKeys, replace: boolean): Promise<number> {
  const tables = database();
  return tables.transaction('rw', tables.tables, async () => {
    let count = 0;
    const put = async (table: string, key: string, record: unknown): Promise<void> => {
      const rows = tables.table<unknown, string>(table);
      // Of a damaged record the key alone is seen.
      const isPresent = (await rows.where(':id').equals(key).count()) > 0;
      if (isPresent && (!replace || isSame(await rows.get(key), record))) return;
      if (isPresent) await rows.delete(key);
      await rows.put(record);
      count += 1;
    };
    for (const [table, records] of copy.records)
      for (const record of records) await put(table, recordKey(table, record), record);
    for (const session of keys.sessions) await put('sessions', session.id, session);
    if (keys.burner !== undefined) await put('settings', BURNER, { key: BURNER, value: keys.burner });
    return count;
  });
}
